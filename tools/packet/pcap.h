/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads captures: classic pcap in both byte orders, with microseconds or
 * nanoseconds, and pcapng. Ethernet only. The file is read from front to back,
 * so that it may be a pipe.
 */
#ifndef TG_PCAP_H
#define TG_PCAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct pcap_packet {
	const uint8_t *bytes; /* until the next one is read */
	uint32_t size;	      /* of bytes: what was captured */
	uint32_t length;      /* what there was: not less than size */
};

struct pcap_interface {
	uint16_t link_type;
	uint32_t snaplen;
};

struct pcap_reader {
	FILE *file;
	bool swapped, ng;
	uint64_t number; /* of the packet that was read last, from 1 */
	uint8_t *buffer;
	size_t room;
	struct pcap_interface *interfaces; /* the ones of this section */
	uint32_t interface_count;
	char error[160];
};

/*
 * Each returns a negative errno with the reason in ->error, without the file's
 * name. pcap_read() returns 1 for a packet, and 0 at the end of the file. What
 * was started is to be ended, also after an error.
 */
int pcap_start(struct pcap_reader *reader, FILE *file);
int pcap_read(struct pcap_reader *reader, struct pcap_packet *packet);
void pcap_end(struct pcap_reader *reader);

#endif
