/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads packets from pcapng, of either byte order, with any number of sections
 * and interfaces. libpcap reads such files only if all interfaces have the same
 * link type and snapshot length, and does not say which interface a packet is
 * from. A part of capture.c.
 */
#ifndef TG_PCAPNG_READ_H
#define TG_PCAPNG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <linux/types.h>

#define PCAPNG_FIRST_BYTE 0x0a /* no pcap file starts with it */

struct pcapng_source {
	char *name; /* or NULL */
	__u32 snap; /* or 0 */
	__u16 link_type;
};

struct pcapng_found {
	const __u8 *bytes; /* valid until the next call */
	__u32 size, length;
	const struct pcapng_source *source; /* valid until the next call */
	const char *comment; /* the first one, not terminated, or NULL */
	size_t comment_size;
};

struct pcapng_reader {
	FILE *file;
	bool swapped;
	struct pcapng_source *sources; /* of the section */
	size_t source_count, source_room;
	__u8 *block; /* without its start */
	size_t size, room;
	__u64 offset; /* of the block in the file */
	char error[160];
};

/*
 * The file may be a pipe: nothing after the packet is waited for. Returns 1, 0
 * at the end of the file, or a negative errno, with the reason in ->error.
 */
int pcapng_read(struct pcapng_reader *reader, struct pcapng_found *found);
void pcapng_read_end(struct pcapng_reader *reader);

#endif
