/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a compiled policy says about its limits: the section .rodata.limits of
 * an object made from policy.live.o, and a record for each limited rule, in the
 * tables. The compiler fills them in; tools that run a twin of the program set
 * the last two of the section.
 */
#ifndef TG_POLICY_LIMIT_H
#define TG_POLICY_LIMIT_H

#include <linux/types.h>

#include "limit_table.h"

#define TG_LIMITS 64 /* limited rules of a policy */

struct tg_policy_limits {
	__u32 count;
	__u32 records; /* the offset of struct tg_limit[count] in the tables */
	/*
	 * Rules that are over their limit are counted as rules of their own,
	 * after all others: outcomes from this number on have the reason
	 * TG_REASON_OVER_LIMIT.
	 */
	__u32 first_over;

	__u32 is_frozen; /* nothing is charged: a twin's */
	__u32 pretended; /* 0, or enum tg_limit_verdict of all + 1: a twin's */
};

enum tg_limit_verdict {
	TG_LIMIT_WITHIN,
	TG_LIMIT_OVER,
	TG_LIMIT_VERDICTS,
};

/*
 * The limit of a rule. The rule's act has TG_ACT_LIMIT and the number of the
 * record, and nothing else: what is done is what the outcomes say.
 */
struct tg_limit {
	/*
	 * A hash of the rule's text: a limit keeps its state while its rule
	 * stays, whatever else an apply changes.
	 */
	__u64 name;
	__u64 burst;  /* how far ahead the schedule may be, in units of time */
	__u64 beyond; /* no schedule is as far ahead: it is from long ago */
	/* A packet costs (size or 1) * price >> price_shift. */
	__u64 price;
	__u8 price_shift;
	__u8 is_of_size;
	__u8 per;	       /* enum tg_limit_per */
	__u8 length4, length6; /* of the address in a key */
	__u8 full;	       /* enum tg_limit_verdict, if there is no place */
	__u8 unused[2];
	__u32 outcomes[TG_LIMIT_VERDICTS];
};

_Static_assert(sizeof(struct tg_limit) == 48, "as in the tables");

#endif
