/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Builds a packet from a line of text: its headers from the outermost, each
 * followed by fields that differ from their defaults.
 *
 *	eth vlan=5 ip4 tcp dport=80
 *	eth qinq=7 vlan=5 ip6 hopopts size=16 frag=first icmp6 type=128
 *	eth ip4 options=8 later tcp pad=6
 *	eth arp op=reply hwsize=8
 *
 * Lengths, checksums and protocol numbers are computed from what follows. A
 * field that is given keeps its value, so that a packet can be malformed:
 * ihl=4, proto=6, type=0x0800, len=-1 (one less than the real length).
 *
 * Options of a header: options=N adds N bytes to it, size=N makes it N bytes
 * long. Options of the packet: pad=N adds bytes after the end by its length
 * fields, cut=N keeps the first N bytes (cut=-N: all but the last N). Options
 * of the skb: metadata=TCI sets a VLAN tag in the metadata; linear=N puts only
 * the first N bytes in the linear part.
 *
 * layer.c has the tables of headers and fields. No code is shared with
 * tools/packet/frames.h, whose frames are compared with these.
 */
#ifndef TG_CRAFT_H
#define TG_CRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layer.h"

#define CRAFT_LAYERS_MAX 24
#define CRAFT_SIZE_MAX (128 << 10)

struct craft_layer {
	const struct layer_kind *kind;
	size_t start;
	size_t size;
	uint32_t given; /* bit mask of fields set by the text */
	int lie;	/* added to the real length by len=+N or len=-N */
};

struct craft {
	uint8_t *bytes;
	size_t size;
	struct craft_layer layers[CRAFT_LAYERS_MAX];
	size_t count;
	size_t linear; /* bytes in the linear part */
	bool has_metadata;
	uint16_t metadata;
	char error[128];
};

/* The bytes that a parser needs. */
struct craft_extent {
	size_t headers; /* end of the headers, which have to exist */
	size_t at_hand; /* end of what has to be in the linear part */
	size_t claimed; /* end by the IP header's length; 0: no IP */
};

/*
 * Returns 0, or -EINVAL with the reason in ->error. The packet has to be freed
 * in either case.
 */
int craft_packet(struct craft *craft, const char *text);
void craft_free(struct craft *craft);

struct craft_extent craft_extent(const struct craft *craft);

#endif
