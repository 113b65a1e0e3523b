/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters: each plugin has a per-CPU array of its own, named
 * tgc_<plugin>, with one cell for each hook, verdict and reason. So the names
 * of the pins are the list of what is counted, and a plugin from outside this
 * tree needs no number of its own.
 */
#ifndef TG_COUNTERS_H
#define TG_COUNTERS_H

#include <linux/types.h>

#include "hooks.h"
#include "verdicts.h"

#define TG_COUNTERS_PREFIX "tgc_"

struct tg_counter {
	__u64 packets;
	__u64 bytes; /* whole frames, the Ethernet header included */
};

_Static_assert(sizeof(struct tg_counter) == 16, "tg_counter is ABI");

/*
 * The rules of a policy are counted in blocks: where each had an entry of its
 * own in a per-CPU array, its pointer there would be one more line for the
 * processor to fetch, for every packet, before the counter itself.
 */
#define TG_RULES_IN_BLOCK 256
#define TG_RULE_BLOCKS(rules) \
	(((rules) + TG_RULES_IN_BLOCK - 1) / TG_RULES_IN_BLOCK)

struct tg_rule_block {
	struct tg_counter rules[TG_RULES_IN_BLOCK];
};

#define TG_COUNTERS (TG_HOOKS * TG_VERDICTS * TG_REASONS)

#define TG_COUNTER_INDEX(hook, verdict, reason) \
	((TG_VERDICTS * (hook) + (verdict)) * TG_REASONS + (reason))

#endif
