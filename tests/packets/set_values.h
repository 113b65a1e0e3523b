/* SPDX-License-Identifier: GPL-2.0-only */
/* What both ends of a packet are in sets, read without the plugin's code. */
#ifndef TG_SET_VALUES_H
#define TG_SET_VALUES_H

#include "../tables/random_packet.h"
#include "policy_dimension.h"
#include "policy_set.h"

struct set_values {
	bool has[TG_SIDES][TG_SET_KINDS];
	struct tg_set_key keys[TG_SIDES][TG_SET_KINDS];
	enum tg_policy_family_id family;
};

/* Returns false for a malformed packet. */
bool set_values_read(struct set_values *values,
		     const struct random_packet *packet);

#endif
