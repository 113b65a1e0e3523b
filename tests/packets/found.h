/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs the plugins' parser natively, and describes its result in words:
 *
 *	net=ipv4 proto=6 l4=tcp sport=1234 dport=80 flags=syn vlans=1 tci=5
 *	net=ipv6 proto=58 ext=hopopts,frag frag=later
 *	net=arp op=request arp=whole
 *	net=other ethertype=0x88cc
 *	malformed
 *	split
 *
 * Omitted words have their default: vlans=0, frag=none, ext=none, l4=none and
 * flags=none.
 */
#ifndef TG_FOUND_H
#define TG_FOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse.h"

#define FOUND_NOWHERE (-1)

struct found {
	int error;
	struct tg_headers headers; /* without its pointers, */
	long eth, arp, ip4, ip6;   /* which become offsets here */
	size_t pos;
	size_t left;
	char text[256];
};

/* A packet as the parser receives it. */
struct delivery {
	const uint8_t *bytes;
	size_t size;	/* of the whole packet, in bytes */
	size_t at_hand; /* bytes in the linear part */
	bool has_tag;	/* in the skb's metadata */
	uint16_t tag;
};

/*
 * Parses the packet. The linear part is copied to memory of exactly its size,
 * so that the address sanitizer detects reads past it.
 */
void find(struct found *found, const struct delivery *delivery,
	  enum tg_depth depth);

/* True for equal errors, or equal headers at possibly different offsets. */
bool found_same(const struct found *a, const struct found *b);

/* True if the words are equal, in any order. */
bool found_is(const struct found *found, const char *expected);

#endif
