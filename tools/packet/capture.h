/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads captures, Ethernet only: pcap with libpcap, and pcapng. Used by
 * explain. The file is read sequentially, so it may be a pipe; a packet is
 * returned as soon as it has been read completely.
 */
#ifndef TG_CAPTURE_H
#define TG_CAPTURE_H

#include <stdint.h>
#include <stdio.h>

#include "pcapng_read.h"

struct captured_packet {
	const uint8_t *bytes;  /* valid until the next capture_read() */
	uint32_t size;	       /* bytes captured */
	uint32_t length;       /* bytes on the wire, at least size */
	const char *interface; /* its name in the file, or NULL */
	const char *comment;   /* UTF-8 of comment_size bytes, or NULL */
	size_t comment_size;
};

struct capture {
	struct pcap *pcap; /* or else ->pcapng.file is the file */
	struct pcapng_reader pcapng;
	const char *interface; /* the only one to read, or NULL */
	bool interface_found;
	uint64_t number; /* of the last packet, from 1 */
	char error[320];
};

/*
 * Each function returns a negative errno on error, with the reason, without the
 * file's name, in ->error. capture_start() takes ownership of the file; with
 * the name of an interface, only its packets are read, which pcap files do not
 * have. capture_read() returns 1 for a packet and 0 at the end of the file.
 * capture_end() closes the file and is needed after errors as well.
 */
int capture_start(struct capture *capture, FILE *file, const char *interface);
int capture_read(struct capture *capture, struct captured_packet *packet);
void capture_end(struct capture *capture);

#endif
