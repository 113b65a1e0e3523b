/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets of conntrack_other: what they are, and their bytes. */
#ifndef TG_FLOWS_WHAT_PACKET_H
#define TG_FLOWS_WHAT_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#define BYTES_MAX 256

enum kind { UDP, FRAGMENTED, TCP, ECHO, ECHO_REPLY, OTHER, ERROR, KINDS };

struct what {
	enum kind kind;
	bool is_ip6;
	bool from_second;
	uint16_t ids[2]; /* ports of the first and the second end */
	uint8_t type;	 /* of ICMP */
	/* ERROR */
	const struct what *quoted;
	unsigned int quoted_size; /* bytes of it */

	uint8_t bytes[BYTES_MAX];
	unsigned int size;
	unsigned int start; /* of what follows the IP header */
	/* FRAGMENTED: `bytes` are the first fragment, of UDP */
	uint16_t fragment_id;
	uint8_t rest[BYTES_MAX];
	unsigned int rest_size;
};

/* TCP: the first end's SYN, and the second's answer. */
#define TCP_START 1000 /* the sequence of both */
#define TCP_WINDOW 5000

/* Writes the bytes of a packet of which all else is known. */
void what_make(struct what *what);

bool what_has_ports(const struct what *what);
uint8_t what_protocol(const struct what *what);
uint8_t what_tcp_flags(const struct what *what);

#endif
