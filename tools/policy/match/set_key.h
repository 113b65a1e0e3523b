/* SPDX-License-Identifier: GPL-2.0-only */
/* The value that a set is asked for: what a packet has on one side. */
#ifndef TG_POLICY_SET_KEY_H
#define TG_POLICY_SET_KEY_H

#include "match.h"

/* False if the packet has no such value: no condition on a set holds then. */
bool set_key_of(struct tg_set_key *key, const struct policy_packet *packet,
		enum tg_set_kind kind, enum tg_side side);

/* The prefix of this length, for a key that is a whole address. */
void set_key_cut(struct tg_set_key *key, unsigned int length4,
		 unsigned int length6);

#endif
