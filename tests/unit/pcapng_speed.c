// SPDX-License-Identifier: GPL-2.0-only
/*
 * pcapng_speed - packets of 128 bytes with a comment are written at a million a
 * second of CPU time or faster. Built without sanitizers.
 */
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "packet/pcapng_write.h"
#include "tap.h"

#define PACKETS 250000
#define SECONDS_MAX (PACKETS / 1e6)
#define RUNS 5

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static double write_file(void)
{
	static const uint8_t frame[128];
	struct pcapng_interface interface = { .name = "eth0 xdp", .snap = 128 };
	struct pcapng_packet packet = {
		.data = frame,
		.captured = sizeof(frame),
		.length = 1500,
		.comment = "drop by policy, rule 12 "
			   "(/etc/tailgate/web.policy:1234)"
			   " new",
		.verdict_type = PCAPNG_VERDICT_XDP,
		.verdict_value = 1,
		.has_queue = true,
	};
	double start = cpu_seconds();
	struct pcapng_writer *writer;
	int fd = memfd_create("capture", MFD_CLOEXEC);

	if (fd < 0 || pcapng_open(&writer, fd, "tailgate", NULL) < 0 ||
	    pcapng_add_interface(writer, &interface) < 0)
		abort();
	for (packet.id = 1; packet.id <= PACKETS; packet.id++) {
		packet.time = 1700000000000000000 + packet.id;
		if (pcapng_write_packet(writer, &packet) < 0)
			abort();
	}
	if (pcapng_close(writer) < 0)
		abort();
	close(fd);
	return cpu_seconds() - start;
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 1);
	double seconds = SECONDS_MAX;

	/* minimum of a few runs: the machine may be busy */
	for (int i = 0; i < RUNS && seconds >= SECONDS_MAX; i++) {
		seconds = write_file();
		tap_note(&tap, "%.0f packets a second", PACKETS / seconds);
	}
	tap_ok(&tap, seconds < SECONDS_MAX, "a million packets a second");
	return tap_end(&tap);
}
