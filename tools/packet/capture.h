/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads captures with libpcap: pcap and pcapng, Ethernet only. Used by explain.
 * The file is read sequentially, so it may be a pipe; a packet is returned as
 * soon as it has been read completely.
 */
#ifndef TG_CAPTURE_H
#define TG_CAPTURE_H

#include <stdint.h>
#include <stdio.h>

struct captured_packet {
	const uint8_t *bytes; /* valid until the next capture_read() */
	uint32_t size;	      /* bytes captured */
	uint32_t length;      /* bytes on the wire, at least size */
};

struct capture {
	struct pcap *pcap;
	uint64_t number; /* of the last packet, from 1 */
	char error[320];
};

/*
 * Each function returns a negative errno on error, with the reason, without the
 * file's name, in ->error. capture_start() takes ownership of the file.
 * capture_read() returns 1 for a packet and 0 at the end of the file.
 * capture_end() closes the file and is needed after errors as well.
 */
int capture_start(struct capture *capture, FILE *file);
int capture_read(struct capture *capture, struct captured_packet *packet);
void capture_end(struct capture *capture);

#endif
