/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring-pcap - writes the packets that ring.bpf.c has put into its ring buffer
 * to the standard output, as a capture that tcpdump reads.
 */
#include "../../progs/tutorial/ring.h"
#include "pinned.h"
#include "tutorial.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <bpf/libbpf.h>

#define NS_PER_S 1000000000ULL
#define NS_PER_US 1000

static const char *usage =
	"Usage: ring-pcap [PIN]\n"
	"\n"
	"Writes the packets in the ring buffer, and those that come, to the "
	"standard\n"
	"output, in the format of tcpdump, until it is stopped. Without PIN "
	"it is\n"
	"where ip pins the map.\n";

struct file_header {
	__u32 magic;
	__u16 major, minor;
	__u32 zone, accuracy, snapshot, link_type;
};

struct packet_header {
	__u32 seconds, microseconds, captured, length;
};

static __u64 nanoseconds(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now) < 0)
		die("clock_gettime: %s", strerror(errno));
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void write_out(const void *data, size_t size)
{
	if (fwrite(data, size, 1, stdout) != 1)
		die("standard output: %s", strerror(errno));
}

/* Captures have the time of day, and programs the time since boot. */
static int write_packet(void *boot, void *data, size_t size)
{
	const struct tut_captured *packet = data;
	__u64 time = packet->time + *(const __u64 *)boot;
	struct packet_header header = {
		.seconds = time / NS_PER_S,
		.microseconds = time % NS_PER_S / NS_PER_US,
		.captured = packet->captured,
		.length = packet->length,
	};

	if (size < sizeof(*packet) || packet->captured > TUT_RING_BYTES)
		die("an entry of the ring is not what ring.bpf.c writes");
	write_out(&header, sizeof(header));
	write_out(packet->bytes, packet->captured);
	fflush(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	struct pinned pinned = {
		.path = argv[1],
		.name = "tut_ring",
		.object = "build/tutorial/ring.o",
	};
	struct file_header header = {
		.magic = 0xa1b2c3d4,
		.major = 2,
		.minor = 4,
		.snapshot = TUT_RING_BYTES,
		.link_type = 1, /* Ethernet */
	};
	struct bpf_map_info info;
	struct ring_buffer *ring;
	__u64 boot;
	int err;

	expect_arguments(argc, argv, 0, 1, usage);
	boot = nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_MONOTONIC);
	ring = ring_buffer__new(open_pinned(&pinned, &info), write_packet,
				&boot, NULL);
	if (!ring)
		die("no ring buffer: %s", strerror(errno));
	write_out(&header, sizeof(header));
	fflush(stdout);
	do {
		err = ring_buffer__poll(ring, -1);
	} while (err >= 0);
	die("the ring: %s", strerror(-err));
}
