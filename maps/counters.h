/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters. Each plugin has its own per-CPU array, tgc_<plugin>, with one entry
 * per hook, verdict and reason. The pin names list everything that is counted,
 * so a plugin from outside this tree needs no registered number.
 */
#ifndef TG_COUNTERS_H
#define TG_COUNTERS_H

#include <linux/types.h>

#include "hooks.h"
#include "verdicts.h"

#define TG_COUNTERS_PREFIX "tgc_"

struct tg_counter {
	__u64 packets;
	__u64 bytes; /* whole frames, with the Ethernet header */
};

_Static_assert(sizeof(struct tg_counter) == 16, "tg_counter is ABI");

/*
 * Rule counters are grouped in blocks. With one array entry per rule, the
 * per-CPU pointer of each entry would be one more cache line to fetch for every
 * packet, before the counter itself.
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
