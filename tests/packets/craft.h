/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet from a line of text: its headers from outside in, each followed by
 * the fields that are to differ from what is usual.
 *
 *	eth vlan=5 ip4 tcp dport=80
 *	eth qinq=7 vlan=5 ip6 hopopts size=16 frag=first icmp6 type=128
 *	eth ip4 options=8 later tcp pad=6
 *	eth arp op=reply hwsize=8
 *
 * Lengths, checksums and the numbers of what comes next are filled in from
 * what follows; a field that is given keeps its value, so that a packet can
 * lie: ihl=4, proto=6, type=0x0800, len=-1 (one less than is true).
 *
 * Of any header: options=N adds N bytes to it, size=N makes it N bytes long.
 * Of the packet: pad=N adds bytes that no length field counts, cut=N keeps the
 * first N bytes (cut=-N: all but the last N). Of its way to the parser:
 * metadata=TCI, a VLAN tag that the kernel took out of the packet; linear=N,
 * the first N bytes are at hand and the others lie elsewhere.
 *
 * The headers and their fields are the tables of layer.c. Nothing here is
 * shared with tools/packet/frames.h: its frames are compared with these.
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
	uint32_t given; /* bits of the fields that the text has set */
	int lie;	/* what len=+N or len=-N adds to the true length */
};

struct craft {
	uint8_t *bytes;
	size_t size;
	struct craft_layer layers[CRAFT_LAYERS_MAX];
	size_t count;
	size_t linear; /* how many bytes are at hand */
	bool has_metadata;
	uint16_t metadata;
	char error[128];
};

/* How far the headers reach that a parser follows. */
struct craft_extent {
	size_t headers; /* all of these bytes have to exist, */
	size_t at_hand; /* these have to be where the parser can read them */
	size_t claimed; /* where the IP header says that it ends; 0: nowhere */
};

/* 0, or -EINVAL with the reason in ->error. To be freed in either case. */
int craft_packet(struct craft *craft, const char *text);
void craft_free(struct craft *craft);

struct craft_extent craft_extent(const struct craft *craft);

#endif
