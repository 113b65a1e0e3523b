/* SPDX-License-Identifier: GPL-2.0-only */
/* The walk down the protocol stack, as far as the caller wants to go. */
#ifndef TG_PARSE_H
#define TG_PARSE_H

#include "parse_link.h"
#include "parse_network.h"
#include "parse_transport.h"

enum tg_depth {
	TG_DEPTH_LINK,
	TG_DEPTH_NETWORK,
	TG_DEPTH_TRANSPORT,
};

static __always_inline int tg_parse_headers(struct tg_cursor *cur,
					    struct tg_headers *headers,
					    enum tg_depth depth)
{
	int error = tg_parse_link(cur, headers);

	if (error || depth == TG_DEPTH_LINK)
		return error;
	tg_merge_paths(cur);
	headers->vlans = tg_hide_masked(cur, headers->vlans, 3);
	error = tg_parse_network(cur, headers);
	if (error || depth == TG_DEPTH_NETWORK)
		return error;
	return tg_parse_transport(cur, headers);
}

#endif
