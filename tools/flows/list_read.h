/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows in text, as `save` prints and `load` reads them: one a line, comments
 * behind #. The first end is that which sent the first packet.
 *
 *	tcp 198.51.100.7:40000 > 203.0.113.1:443 established left 86400s \
 *		first 1000,2000,502,7,0x3 second 5000,6000,501,7,0x3
 *	icmp 198.51.100.7 > 203.0.113.1 icmp-replied left 30s id 7 vlan 5
 *
 * Behind `first` and `second` is what a TCP end has sent, as in struct
 * tg_flow_peer: end, max_end, window, scale, flags.
 */
#ifndef TG_FLOWS_LIST_READ_H
#define TG_FLOWS_LIST_READ_H

#include <stdio.h>

#include "change.h"
#include "flow_text.h"

struct flow_reading {
	const char *file; /* for messages */
	struct flow_addition *list;
	size_t count, room;
	size_t line, bad;
};

/* Reads all lines; bad ones are reported and counted. False: out of memory. */
bool flow_read_text(struct flow_reading *reading, const char *text,
		    size_t size);

void flow_save_line(FILE *out, const struct flow_found *found, uint32_t now);

#endif
