/* SPDX-License-Identifier: GPL-2.0-only */
/* An address or a prefix that a command is about: 198.51.100.0/24. */
#ifndef TG_FLOWS_PREFIX_H
#define TG_FLOWS_PREFIX_H

#include "flow_text.h"

struct flow_prefix {
	struct flow_address address;
	unsigned int length;
	bool is_given;
};

/* False: it is neither. */
bool flow_prefix_read(const char *word, struct flow_prefix *prefix);

/* The same, with a message. */
bool flow_prefix_filter(const char *word, struct flow_prefix *prefix);

/*
 * Whether the first `length` bits of an address are in the prefix, or the
 * prefix in them. A prefix that is not given has all addresses.
 */
bool flow_prefix_meets(const struct flow_prefix *prefix,
		       const uint32_t *address, bool is_ip6,
		       unsigned int length);

#endif
