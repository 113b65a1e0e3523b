/* SPDX-License-Identifier: GPL-2.0-only */
/* Which flows a command is about: words as in a policy's conditions. */
#ifndef TG_FLOWS_FILTER_H
#define TG_FLOWS_FILTER_H

#include "prefix.h"

struct flow_filter {
	bool has_protocol, has_icmp, has_port, has_state, has_vlan;
	uint32_t protocol, port, state, vlan;
	struct flow_prefix from, to;
};

/* False after a message: then it is a usage error. */
bool flow_filter_read(struct flow_filter *filter, char *const *words,
		      int count);

bool flow_filter_matches(const struct flow_filter *filter,
			 const struct flow_found *found);

#endif
