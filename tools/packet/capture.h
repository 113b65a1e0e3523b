/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads captures with libpcap: pcap and pcapng, Ethernet only. The file is read
 * from front to back, so it may be a pipe; a packet is returned as soon as all
 * of it has been read.
 */
#ifndef TG_CAPTURE_H
#define TG_CAPTURE_H

#include <stdint.h>
#include <stdio.h>

struct captured_packet {
	const uint8_t *bytes; /* valid until the next packet is read */
	uint32_t size;	      /* of bytes: what was captured */
	uint32_t length;      /* of the whole packet, at least size */
};

struct capture {
	struct pcap *pcap;
	uint64_t number; /* of the packet that was read last, from 1 */
	char error[320];
};

/*
 * Each returns a negative errno with the reason in ->error, without the file's
 * name. capture_start() takes the file over. capture_read() returns 1 for a
 * packet, and 0 at the end of the file. capture_end() closes the file, and is
 * to be called after errors as well.
 */
int capture_start(struct capture *capture, FILE *file);
int capture_read(struct capture *capture, struct captured_packet *packet);
void capture_end(struct capture *capture);

#endif
