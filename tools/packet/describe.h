/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet from one line, as people write it down, and the other way round:
 *
 *	tcp 198.51.100.7:1234 > 203.0.113.9:80 syn
 *	udp [2001:db8::1]:53 > [2001:db8::2]:5353 vlan 5.2 ttl 3
 *	arp request 198.51.100.1 > 198.51.100.2
 *
 * docs/explain.md has the grammar.
 */
#ifndef TG_DESCRIBE_H
#define TG_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "policy/match/match.h"

/* The longest IPv6 packet that its header can tell, and two tags. */
#define DESCRIBE_FRAME_MAX (14 + 2 * 4 + 40 + 65535)

struct described {
	uint8_t frame[DESCRIBE_FRAME_MAX];
	uint32_t size;
	struct policy_metadata
		metadata; /* has_skb: the line names what an skb has */
};

struct describe_error {
	unsigned int column, length; /* counted from 1; 0: of the whole line */
	char message[160];
	char hint[96]; /* may be empty */
};

/*
 * 0, or -EINVAL with *error filled and *described of no use. What is described
 * is well-formed, unless the line says cut, or gives the bytes with hex.
 */
int describe(struct described *described, const char *text, size_t size,
	     struct describe_error *error);

/* The line with a caret under what is wrong, and the hint: for people. */
void describe_error_print(FILE *out, const char *name, const char *text,
			  size_t size, const struct describe_error *error);

/* What describe() takes, as far as rules can tell; MACs, ttl, ... with all. */
void describe_print(FILE *out, const struct policy_packet *packet, bool all);

extern const char describe_help[];

#endif
