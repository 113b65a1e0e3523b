/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Converts a one-line description to a packet, and a packet to a description.
 * Used by explain and the tests.
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

/* The largest IPv6 packet without a jumbogram, with two VLAN tags; in bytes. */
#define DESCRIBE_FRAME_MAX (14 + 2 * 4 + 40 + 65535)

struct described {
	uint8_t frame[DESCRIBE_FRAME_MAX];
	uint32_t size;
	struct policy_metadata
		metadata; /* has_skb: the line sets skb metadata */
	int flow;	  /* enum tg_flow_fact that the line says, or -1 */
	uint32_t limit;	  /* enum tg_limit_verdict that the line says + 1 */
};

struct describe_error {
	unsigned int column, length; /* from 1; 0: about the whole line */
	char message[160];
	char hint[96]; /* may be empty */
};

/*
 * Parses a description. Returns 0, or -EINVAL with *error set and *described
 * undefined. The packet is well-formed unless the line has "cut" or "hex".
 */
int describe(struct described *described, const char *text, size_t size,
	     struct describe_error *error);

/* Prints the line with a caret below the error, and the hint. */
void describe_error_print(FILE *out, const char *name, const char *text,
			  size_t size, const struct describe_error *error);

/*
 * Prints a packet as a line for describe(): the fields that rules can match,
 * or, with all, also MAC addresses, TTL and others.
 */
void describe_print(FILE *out, const struct policy_packet *packet, bool all);

extern const char describe_help[];

#endif
