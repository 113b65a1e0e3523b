/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs the parser of the plugins natively, and says in words what it found:
 *
 *	net=ipv4 proto=6 l4=tcp sport=1234 dport=80 flags=syn vlans=1 tci=5
 *	net=ipv6 proto=58 ext=hopopts,frag frag=later
 *	net=arp op=request arp=whole
 *	net=other ethertype=0x88cc
 *	malformed
 *	split
 *
 * What is not named is not there: vlans=0, frag=none, ext=none, l4=none and
 * flags=none need no mention.
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
	struct tg_headers headers; /* without its pointers: */
	long eth, arp, ip4, ip6;   /* here is how far in they led */
	size_t pos;
	size_t left;
	char text[256];
};

/* How a packet comes to the parser. */
struct delivery {
	const uint8_t *bytes;
	size_t size;	/* of the whole packet */
	size_t at_hand; /* so many of its bytes can be read */
	bool has_tag;	/* in metadata */
	uint16_t tag;
};

/*
 * The bytes at hand are copied into memory of exactly that size, so that the
 * address sanitizer sees a read past them.
 */
void find(struct found *found, const struct delivery *delivery,
	  enum tg_depth depth);

/* The same error, or the same headers, maybe in another place. */
bool found_same(const struct found *a, const struct found *b);

/* The same words, whatever their order. */
bool found_is(const struct found *found, const char *expected);

#endif
