// SPDX-License-Identifier: GPL-2.0-only
/*
 * protocol_rate - reads the counters of progs/tutorial/protocols.bpf.c once a
 * second, and prints how many packets of each protocol were received.
 */
#include "tutorial.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>

#include "../../progs/tutorial/protocols.h"
#include "pinned.h"

static const char usage[] =
	"Usage: protocol_rate [PIN]\n"
	"\n"
	"Prints packets per second by IP protocol, once a second until it is\n"
	"stopped. Protocols without a packet in that second are left out.\n"
	"\n"
	"PIN is a pinned map of protocol and packets: an array or a hash map,\n"
	"with a copy for each CPU or without. If not given, it is that of\n"
	"build/tutorial/protocols.o: tc/globals/tut_protocols in /sys/fs/bpf, "
	"or\n"
	"where TC_BPF_MNT says.\n";

struct counters {
	int fd;
	int copies; /* values per key: one for each CPU, or one */
	__u64 packets[TUT_PROTOCOLS];
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void stop_on_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static const char *protocol_name(unsigned int protocol)
{
	static const char *const names[TUT_PROTOCOLS] = {
		[0] = "hop-by-hop", [1] = "icmp",   [2] = "igmp",
		[6] = "tcp",	    [17] = "udp",   [44] = "fragment",
		[47] = "gre",	    [50] = "esp",   [58] = "icmp6",
		[89] = "ospf",	    [132] = "sctp", [TUT_NOT_IP] = "not-ip",
	};
	static char text[16];

	if (names[protocol])
		return names[protocol];
	snprintf(text, sizeof(text), "proto-%u", protocol);
	return text;
}

static void open_counters(struct counters *counters, const char *path)
{
	const struct pinned pinned = {
		.path = path,
		.name = "tut_protocols",
		.object = "build/tutorial/protocols.o",
		.key_size = sizeof(__u32),
		.value_size = sizeof(__u64),
	};
	struct bpf_map_info info;

	counters->fd = open_pinned(&pinned, &info);
	counters->copies = 1;
	if (info.type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	    info.type == BPF_MAP_TYPE_PERCPU_HASH)
		counters->copies = libbpf_num_possible_cpus();
	if (counters->copies < 1)
		die("can't tell how many CPUs there are");
}

/* A key that is not in a hash map counts as 0. */
static void read_counters(struct counters *counters)
{
	__u64 *values = calloc(counters->copies, sizeof(*values));

	if (!values)
		die("%s", strerror(errno));
	for (__u32 protocol = 0; protocol < TUT_PROTOCOLS; protocol++) {
		counters->packets[protocol] = 0;
		if (bpf_map_lookup_elem(counters->fd, &protocol, values) < 0) {
			if (errno == ENOENT)
				continue;
			die("can't read the map: %s", strerror(errno));
		}
		for (int i = 0; i < counters->copies; i++)
			counters->packets[protocol] += values[i];
	}
	free(values);
}

static void print_rates(const struct counters *now, const __u64 *before)
{
	for (unsigned int i = 0; i < TUT_PROTOCOLS; i++) {
		if (now->packets[i] != before[i])
			printf("%-12s %10" PRIu64 " packets/s\n",
			       protocol_name(i),
			       (uint64_t)(now->packets[i] - before[i]));
	}
	fflush(stdout); /* also if stdout is a pipe or a file */
}

static void sleep_until(const struct timespec *moment)
{
	while (!stopped &&
	       clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, moment, NULL))
		;
}

int main(int argc, char **argv)
{
	struct counters counters;
	__u64 before[TUT_PROTOCOLS];
	struct timespec next;

	expect_arguments(argc, argv, 0, 1, usage);
	stop_on_signals();
	open_counters(&counters, argv[1]);
	read_counters(&counters);
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		memcpy(before, counters.packets, sizeof(before));
		/*
		 * absolute time, so that printing does not delay the next line
		 */
		next.tv_sec++;
		sleep_until(&next);
		if (stopped)
			return EXIT_SUCCESS;
		read_counters(&counters);
		print_rates(&counters, before);
	}
}
