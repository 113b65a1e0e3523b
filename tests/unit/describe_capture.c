// SPDX-License-Identifier: GPL-2.0-only
/*
 * describe_capture - reads captures in both byte orders, and damaged at every
 * byte: the reader rejects them or continues.
 *
 *	build/tests/describe_capture
 *	build/tests/describe_capture --seeds DIRECTORY	for fuzz/describe.c
 */
#include <string.h>

#include "packet/capture.h"
#include "tap.h"

#define FILE_MAX 4096
#define PACKETS 4
#define SNAPLEN 33

struct image {
	uint8_t bytes[FILE_MAX];
	size_t size;
	bool swapped;
};

static const uint32_t sizes[PACKETS] = { 20, 0, 33, 9 };
static const uint32_t lengths[PACKETS] = { 20, 0, 1500, 9 };

static void put(struct image *capture, uint32_t value, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++) {
		unsigned int shift = 8 * (capture->swapped ? bytes - 1 - i : i);

		capture->bytes[capture->size++] = value >> shift;
	}
}

/* Each packet has different bytes. */
static void put_packet(struct image *capture, int n)
{
	memset(capture->bytes + capture->size, 'a' + n, sizes[n]);
	capture->size += sizes[n];
}

static void write_classic(struct image *capture, uint32_t magic,
			  uint32_t link_type)
{
	put(capture, magic, 4);
	put(capture, 2, 2);
	put(capture, 4, 2);
	put(capture, 0, 4);
	put(capture, 0, 4);
	put(capture, 262144, 4);
	put(capture, link_type, 4);
	for (int n = 0; n < PACKETS; n++) {
		put(capture, 1700000000 + n, 4);
		put(capture, 999999, 4);
		put(capture, sizes[n], 4);
		put(capture, lengths[n], 4);
		put_packet(capture, n);
	}
}

static void start_block(struct image *capture, uint32_t type, uint32_t size)
{
	put(capture, type, 4);
	put(capture, size, 4);
}

static void write_section(struct image *capture)
{
	start_block(capture, 0x0a0d0d0a, 28);
	put(capture, 0x1a2b3c4d, 4);
	put(capture, 1, 2);
	put(capture, 0, 2);
	put(capture, UINT32_MAX, 4);
	put(capture, UINT32_MAX, 4);
	put(capture, 28, 4);
}

static void write_interface(struct image *capture, uint16_t link_type,
			    uint32_t snaplen)
{
	start_block(capture, 1, 20);
	put(capture, link_type, 2);
	put(capture, 0, 2);
	put(capture, snaplen, 4);
	put(capture, 20, 4);
}

static void put_text(struct image *capture, uint16_t code, const char *text)
{
	size_t size = strlen(text);

	put(capture, code, 2);
	put(capture, size, 2);
	memcpy(capture->bytes + capture->size, text, size);
	capture->size += size;
	put(capture, 0, -size & 3);
}

static void write_named(struct image *capture, const char *name)
{
	uint32_t size = 36 + ((strlen(name) + 3) & ~3);

	start_block(capture, 1, size);
	put(capture, 1, 2);
	put(capture, 0, 2);
	put(capture, 0, 4); /* any length */
	put(capture, 9, 2); /* resolution: 2^-20 seconds */
	put(capture, 1, 2);
	put(capture, 0x80 | 20, 1);
	put(capture, 0, 3);
	put_text(capture, 2, name);
	put(capture, 0, 4);
	put(capture, size, 4);
}

static void write_enhanced(struct image *capture, int n, uint32_t interface)
{
	uint32_t padding = -sizes[n] & 3, size = 32 + sizes[n] + padding;

	start_block(capture, 6, size);
	put(capture, interface, 4);
	put(capture, 0, 4);
	put(capture, 0, 4);
	put(capture, sizes[n], 4);
	put(capture, lengths[n], 4);
	put_packet(capture, n);
	put(capture, 0, padding);
	put(capture, size, 4);
}

/* Simple packet block: its captured length follows from the snaplen. */
static void write_simple(struct image *capture, int n)
{
	uint32_t padding = -sizes[n] & 3, size = 16 + sizes[n] + padding;

	start_block(capture, 3, size);
	put(capture, lengths[n], 4);
	put_packet(capture, n);
	put(capture, 0, padding);
	put(capture, size, 4);
}

/* With a comment, and an option before it */
static void write_obsolete(struct image *capture, int n, uint16_t interface)
{
	uint32_t padding = -sizes[n] & 3, size = 32 + sizes[n] + padding + 20;

	start_block(capture, 2, size);
	put(capture, interface, 2);
	put(capture, 7, 2); /* packets dropped */
	put(capture, 0, 4);
	put(capture, 0, 4);
	put(capture, sizes[n], 4);
	put(capture, lengths[n], 4);
	put_packet(capture, n);
	put(capture, 0, padding);
	put(capture, 2, 2);
	put(capture, 4, 2);
	put(capture, 1, 4);
	put_text(capture, 1, "why");
	put(capture, 0, 4);
	put(capture, size, 4);
}

static void write_other(struct image *capture)
{
	start_block(capture, 5, 16); /* interface statistics */
	put(capture, 0, 4);
	put(capture, 16, 4);
}

static void write_ng(struct image *capture)
{
	write_section(capture);
	write_other(capture);
	write_interface(capture, 113, 0); /* without packets */
	write_named(capture, "eth0");
	write_enhanced(capture, 0, 1);
	write_enhanced(capture, 1, 1);
	write_other(capture);
	write_section(capture);
	write_interface(capture, 1, SNAPLEN);
	write_simple(capture, 2);
	write_named(capture, "eth1");
	write_obsolete(capture, 3, 1);
}

/* Counts packets; error is empty if the file is complete. */
static int count(const struct image *capture, size_t size, char *error)
{
	FILE *file = fmemopen((void *)capture->bytes, size ? size : 1, "r");
	struct captured_packet packet;
	struct capture reader;
	int packets = 0, err;

	if (!file)
		abort();
	if (!size)
		fgetc(file);
	err = capture_start(&reader, file, NULL);
	while (!err && (err = capture_read(&reader, &packet)) > 0) {
		bool good = packets < PACKETS &&
			    packet.size == sizes[packets] &&
			    packet.length == lengths[packets];

		for (uint32_t i = 0; good && i < packet.size; i++)
			good = packet.bytes[i] == 'a' + packets;
		packets += good;
		err = good ? 0 : -1;
	}
	strcpy(error, err ? reader.error : "");
	capture_end(&reader);
	return packets;
}

static void check_good(struct tap *tap, const struct image *capture,
		       const char *name)
{
	char error[512];
	int packets = count(capture, capture->size, error);

	if (!tap_ok(tap, packets == PACKETS && !*error, "%s", name))
		tap_note(tap, "%d packets, then: %s", packets, error);
}

static void check_bad(struct tap *tap, const struct image *capture,
		      const char *name, const char *expected)
{
	char error[512];
	int packets = count(capture, capture->size, error);

	if (!tap_ok(tap, !strcmp(error, expected), "%s", name))
		tap_note(tap, "%d packets, then: %s", packets, error);
}

/*
 * A truncated file never has more packets, and is an error unless truncated
 * between packets.
 */
static void check_cuts(struct tap *tap, const struct image *capture,
		       const char *name)
{
	int last = 0, silent = 0;
	bool good = true;

	for (size_t size = 0; size < capture->size; size++) {
		char error[512];
		int packets = count(capture, size, error);

		good &= packets >= last && packets <= PACKETS;
		last = packets;
		silent += !*error;
	}
	if (!tap_ok(tap, good && silent <= 14, "%s, cut at every byte", name))
		tap_note(tap, "%d cuts that nobody noticed", silent);
}

/* Any result is accepted, as long as no byte outside of the file is read. */
static void check_damage(struct tap *tap, const struct image *capture,
			 const char *name)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct image damaged = *capture;

	for (size_t i = 0; i < capture->size; i++) {
		for (size_t n = 0; n < sizeof(values); n++) {
			char error[512];

			damaged.bytes[i] = values[n];
			count(&damaged, damaged.size, error);
		}
		damaged.bytes[i] = capture->bytes[i];
	}
	tap_ok(tap, true, "%s, with each byte changed", name);
}

static void check_kind(struct tap *tap, const struct image *capture,
		       const char *name)
{
	check_good(tap, capture, name);
	check_cuts(tap, capture, name);
	check_damage(tap, capture, name);
}

static struct image text_file(const char *text)
{
	struct image capture = { .size = strlen(text) };

	memcpy(capture.bytes, text, capture.size);
	return capture;
}

static void check_link_types(struct tap *tap)
{
	struct image capture = { 0 };

	write_classic(&capture, 0xa1b2c3d4, 101);
	check_bad(tap, &capture, "another link type",
		  "captured on link type RAW, and not on Ethernet");
	capture = (struct image){ 0 };
	write_classic(&capture, 0xa1b2c3d4, 147 + 65000);
	check_bad(tap, &capture, "a link type without a name",
		  "captured on link type 65147, and not on Ethernet");
	capture = (struct image){ 0 };
	write_classic(&capture, 0xa1b2c3d4, 113);
	check_bad(
		tap, &capture, "all devices",
		"captured on link type LINUX_SLL, and not on Ethernet: MACs "
		"and VLAN tags are missing; capture on one device, and not on "
		"'any'");
	capture = (struct image){ 0 };
	write_section(&capture);
	write_interface(&capture, 276, 0);
	write_enhanced(&capture, 0, 0);
	check_bad(
		tap, &capture, "all devices, in pcapng",
		"captured on link type LINUX_SLL2, and not on Ethernet: MACs "
		"and VLAN tags are missing; capture on one device, and not on "
		"'any'");
}

/* The message is libpcap's; its prefix is checked. */
static void check_refused(struct tap *tap, const struct image *capture,
			  const char *name, const char *start)
{
	char error[512];
	int packets = count(capture, capture->size, error);
	size_t size = strlen(start);

	if (!tap_ok(tap, !strncmp(error, start, size) && error[size], "%s",
		    name))
		tap_note(tap, "%d packets, then: %s", packets, error);
}

static void check_refusals(struct tap *tap)
{
	struct image capture = { 0 };

	write_section(&capture);
	write_interface(&capture, 1, 0);
	write_interface(&capture, 113, 0);
	write_enhanced(&capture, 0, 0);
	write_enhanced(&capture, 1, 1);
	check_refused(tap, &capture, "two link types in one file",
		      "captured on link type LINUX_SLL, ");
	capture = (struct image){ 0 };
	write_section(&capture);
	write_enhanced(&capture, 0, 0);
	check_bad(tap, &capture, "no interface",
		  "packet 1: the block at byte 28 is damaged: its interface is "
		  "not in the file");
	capture = text_file("tcp 198.51.100.1:1 > 198.51.100.2:2\n");
	check_refused(tap, &capture, "text", "not a capture: ");
	capture = text_file("tcp");
	check_refused(tap, &capture, "too little of it", "not a capture: ");
	capture = text_file("\n\n\n\n an empty line");
	check_bad(tap, &capture, "empty lines",
		  "not a capture: it does not start with a section");
}

static void check_damages(struct tap *tap)
{
	static const struct {
		size_t at;
		uint8_t value;
		const char *error;
	} cases[] = {
		{ 8, 0,
		  "not a capture: the block at byte 0 is damaged: it has no "
		  "byte order" },
		{ 12, 2, "not a capture: pcapng of version 2 is not known" },
		{ 4, 29,
		  "not a capture: the block at byte 0 is damaged: its length "
		  "is impossible" },
		{ 24, 32,
		  "not a capture: the block at byte 0 is damaged: its two "
		  "lengths differ" },
		{ 28 + 7, 1,
		  "packet 1: the block at byte 28 is damaged: its "
		  "length is impossible" },
		{ 28 + 4, 16,
		  "packet 1: the block at byte 28 is damaged: its "
		  "two lengths differ" },
		{ 48 + 20, 40,
		  "packet 1: the block at byte 48 is damaged: it "
		  "is shorter than its packet" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct image capture = { 0 };
		char name[32];

		write_section(&capture);
		write_interface(&capture, 1, SNAPLEN);
		write_enhanced(&capture, 0, 0);
		capture.bytes[cases[i].at] = cases[i].value;
		snprintf(name, sizeof(name), "damage at byte %zu", cases[i].at);
		check_bad(tap, &capture, name, cases[i].error);
	}
}

/* Returns the numbers of the packets as decimal digits, or -1 on an error. */
static int numbers_of(const struct image *image, const char *interface,
		      char *comments, char *error)
{
	FILE *file = fmemopen((void *)image->bytes, image->size, "r");
	struct captured_packet packet;
	struct capture reader;
	int err, numbers = 0;

	*comments = 0;
	err = capture_start(&reader, file, interface);
	while (!err && (err = capture_read(&reader, &packet)) > 0) {
		numbers = numbers * 10 + reader.number;
		strncat(comments, packet.comment ? packet.comment : "",
			packet.comment ? packet.comment_size : 0);
		err = packet.interface && interface &&
		      strcmp(packet.interface, interface);
	}
	strcpy(error, err ? reader.error : "");
	capture_end(&reader);
	return err ? -1 : numbers;
}

static void check_interfaces(struct tap *tap)
{
	struct image ng = { 0 }, classic = { 0 };
	char comments[64], error[512];

	write_ng(&ng);
	write_classic(&classic, 0xa1b2c3d4, 1);
	tap_ok(tap,
	       numbers_of(&ng, "eth0", comments, error) == 12 && !*comments,
	       "the packets of an interface");
	tap_ok(tap,
	       numbers_of(&ng, "eth1", comments, error) == 4 &&
		       !strcmp(comments, "why"),
	       "a comment");
	tap_ok(tap,
	       numbers_of(&ng, "eth2", comments, error) == -1 &&
		       !strcmp(error, "no packet is from an interface 'eth2'"),
	       "no such interface");
	tap_ok(tap,
	       numbers_of(&classic, "eth0", comments, error) == -1 &&
		       !strcmp(error, "pcap files do not say which interface a "
				      "packet is from"),
	       "no interfaces at all");
}

/*
 * Writes one seed of each kind, prefixed with the byte that selects captures.
 */
static int write_seeds(const char *directory)
{
	struct image captures[3] = { 0 };

	write_classic(&captures[0], 0xa1b2c3d4, 1);
	captures[1].swapped = true;
	write_classic(&captures[1], 0xa1b23c4d, 1);
	write_ng(&captures[2]);
	for (int i = 0; i < 3; i++) {
		char path[512];
		FILE *file;

		snprintf(path, sizeof(path), "%s/capture-%d", directory, i);
		file = fopen(path, "we");
		if (!file) {
			perror(path);
			return EXIT_FAILURE;
		}
		putc('!', file);
		fwrite(captures[i].bytes, 1, captures[i].size, file);
		fclose(file);
	}
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct tap tap;

	if (argc == 3 && !strcmp(argv[1], "--seeds"))
		return write_seeds(argv[2]);
	tap = tap_plan(stdout, 6 * 3 + 9 + 7 + 4);

	for (int swapped = 0; swapped < 2; swapped++) {
		const char *order =
			swapped ? "the other byte order" : "this byte order";
		struct image micro = { .swapped = swapped };
		struct image nano = micro, ng = micro;
		char name[64];

		write_classic(&micro, 0xa1b2c3d4, 1);
		snprintf(name, sizeof(name), "microseconds, %s", order);
		check_kind(&tap, &micro, name);
		/* the upper bits describe the frame check sequence */
		write_classic(&nano, 0xa1b23c4d, 0x10000001);
		snprintf(name, sizeof(name), "nanoseconds, %s", order);
		check_kind(&tap, &nano, name);
		write_ng(&ng);
		snprintf(name, sizeof(name), "pcapng, %s", order);
		check_kind(&tap, &ng, name);
	}
	check_link_types(&tap);
	check_refusals(&tap);
	check_damages(&tap);
	check_interfaces(&tap);
	return tap_end(&tap);
}
