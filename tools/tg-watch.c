// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-watch - prints what rules with `log` write, a line for each packet. It
 * only reads: chains and packets do not depend on it.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "capture/judged_packet.h"
#include "lib/vec.h"
#include "watch/device.h"
#include "watch/lines.h"

#define EXIT_USAGE 2

/* How long it sleeps when there was nothing, and when there was, in ms. */
#define IDLE 20
#define BUSY 1

static const char help[] =
	"Usage: tg-watch DEVICE PINS... [--json] [--count N] [--every "
	"SECONDS]\n"
	"\n"
	"Prints a line for each packet that a rule with 'log' of the chains "
	"of\n"
	"these devices matches, until it gets a signal, and at the end how "
	"many\n"
	"were written, lost, and held back by the limit of the rule. PINS is "
	"the\n"
	"folder in which the maps of the device's attachment are pinned.\n"
	"\n"
	"      --json           one JSON object for each packet\n"
	"      --count N        end after N packets\n"
	"      --every SECONDS  how often it says what was lost or held back, "
	"if\n"
	"                       there was something; 0: only at the end\n"
	"  -h, --help\n";

struct watch {
	struct log_device *devices;
	size_t count, room;
	bool json, has_left; /* a count of packets */
	uint64_t left;
	time_t every, said;
	int64_t to_real;
	uint8_t frame[TG_LOG_SNAP + JUDGED_TAG_SIZE];
};

static volatile sig_atomic_t is_ended;

static bool has_all(const struct watch *watch)
{
	return watch->has_left && !watch->left;
}

static void end(int signal)
{
	(void)signal;
	is_ended = 1;
}

/* --- events */

static int take(void *data, const struct log_device *device,
		const struct log_ring *ring, const struct tg_log_slot *slot)
{
	const struct rule_line *rule = log_ring_rule(ring, &slot->event);
	struct watch *watch = data;
	struct judged_packet packet;

	judged_packet_set(&packet, &slot->event, slot->bytes, watch->to_real,
			  watch->frame);
	if (watch->json)
		event_print_json(stdout, device->name, rule, &packet);
	else
		event_print(stdout, device->name, rule, &packet);
	if (ferror(stdout))
		return -errno;
	return watch->has_left && --watch->left == 0 ? -ECANCELED : 0;
}

/* --- counts */

static void say_counts(const struct watch *watch,
		       const struct log_device *device)
{
	if (watch->json)
		log_counts_print_json(stdout, device);
	else
		log_counts_print(stderr, device);
}

static void say_what_is_missing(struct watch *watch)
{
	for (size_t i = 0; i < watch->count; i++) {
		struct log_device *device = &watch->devices[i];
		struct log_counts before = device->counts;

		log_device_count(device, false);
		if (device->counts.lost != before.lost ||
		    device->counts.held != before.held)
			say_counts(watch, device);
	}
}

/* --- devices */

/* One call takes as many events as a ring has. */
static int take_last_events(struct watch *watch, struct log_device *device)
{
	int taken = 1;

	for (size_t i = device->ring_count + 1; i-- > 0 && taken > 0;)
		taken = log_device_read(device, take, watch);
	return taken < 0 && taken != -ECANCELED ? taken : 0;
}

/*
 * Its last events are taken, as far as they can be; after -c N, and after an
 * error, nothing more is written. Returns the error, or that of the reading.
 */
static int finish(struct watch *watch, size_t at, int err)
{
	struct log_device *device = &watch->devices[at];

	if (!err && !has_all(watch))
		err = take_last_events(watch, device);
	log_device_count(device, true);
	say_counts(watch, device);
	log_device_close(device);
	watch->devices[at] = watch->devices[--watch->count];
	return err;
}

static int leave(struct watch *watch)
{
	int err = 0;

	for (size_t i = watch->count; i-- > 0;) {
		struct log_device *device = &watch->devices[i];

		if (log_device_is_there(device))
			continue;
		fprintf(stderr, "tailgate: %s: %s: the watch ends\n",
			device->name,
			device->is_gone ? "the device is gone"
					: "nothing is attached any more");
		err = finish(watch, i, err);
	}
	return err;
}

static int read_devices(struct watch *watch)
{
	int taken = 0, err;

	watch->to_real = monotonic_to_real();
	for (size_t i = 0; i < watch->count; i++) {
		err = log_device_read(&watch->devices[i], take, watch);
		if (err < 0)
			return err;
		taken += err;
	}
	return fflush(stdout) == 0 ? taken : -errno;
}

static void rest(int milliseconds)
{
	const struct timespec time = { .tv_nsec = milliseconds * 1000000L };

	nanosleep(&time, NULL);
}

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static int watch_devices(struct watch *watch)
{
	time_t looked = 0, now;
	int taken, err;

	watch->said = seconds();
	while (!is_ended && watch->count && !has_all(watch)) {
		taken = read_devices(watch);
		if (taken < 0)
			return taken == -ECANCELED ? 0 : taken;
		now = seconds();
		err = now != looked ? leave(watch) : 0;
		if (err)
			return err;
		looked = now;
		if (watch->every && now - watch->said >= watch->every) {
			say_what_is_missing(watch);
			watch->said = now;
		}
		rest(taken ? BUSY : IDLE);
	}
	return 0;
}

static int end_watch(struct watch *watch, int err)
{
	while (watch->count)
		err = finish(watch, watch->count - 1, err);
	if (!err && fflush(stdout) != 0)
		err = -errno;
	if (!err || err == -EPIPE) /* the reader has closed the pipe */
		return EXIT_SUCCESS;
	/* a slow terminal or pipe, and the signal that ends the watch */
	if (err == -EINTR && is_ended)
		return EXIT_SUCCESS;
	if (err == -ENODATA) /* has been said */
		return EXIT_FAILURE;
	fprintf(stderr, "tailgate: cannot write the output: %s\n",
		strerror(-err));
	return EXIT_FAILURE;
}

static int out_of_memory(void)
{
	fputs("tailgate: out of memory\n", stderr);
	return -ENOMEM;
}

static int open_devices(struct watch *watch, char **words, size_t count)
{
	for (size_t i = 0; i + 1 < count; i += 2) {
		if (!vec_reserve(watch->devices, watch->room, watch->count + 1))
			return out_of_memory();
		if (log_device_open(&watch->devices[watch->count], words[i],
				    words[i + 1]))
			return -EINVAL;
		watch->count++;
	}
	for (size_t i = 0; i < watch->count; i++)
		fprintf(stderr, "tailgate: watching %s%s\n",
			watch->devices[i].name,
			log_device_logs(&watch->devices[i])
				? ""
				: ", where no rule logs yet");
	return 0;
}

/* --- options */

static int usage(const char *what)
{
	fprintf(stderr, "tg-watch: %s: see tg-watch --help\n", what);
	return EXIT_USAGE;
}

static int parse_options(struct watch *watch, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "count", required_argument, NULL, 'c' },
		{ "every", required_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			watch->json = true;
			break;
		case 'c':
			watch->left = strtoull(optarg, NULL, 10);
			watch->has_left = watch->left;
			break;
		case 'e':
			watch->every = strtoul(optarg, NULL, 10);
			break;
		case 'h':
			fputs(help, stdout);
			exit(fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
		default:
			return EXIT_USAGE;
		}
	}
	if (optind == argc || (argc - optind) % 2)
		return usage(
			"devices and the folders of their pins are needed");
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static struct watch watch = { .every = 10 };
	struct sigaction action = { .sa_handler = end };
	int status = parse_options(&watch, argc, argv), err;

	if (status != EXIT_SUCCESS)
		return status;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	libbpf_set_print(NULL);
	err = open_devices(&watch, argv + optind, argc - optind);
	if (err) {
		status = EXIT_FAILURE;
		while (watch.count)
			log_device_close(&watch.devices[--watch.count]);
	} else {
		status = end_watch(&watch, watch_devices(&watch));
	}
	free(watch.devices);
	return status;
}
