/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The limits of a policy's rules: the section that the compiler fills in, and
 * what becomes of a packet whose rule has one.
 *
 * The includer provides what policy_load.h needs.
 */
#ifndef TG_POLICY_LIMITS_H
#define TG_POLICY_LIMITS_H

#include "live_room.h"
#include "policy_limit.h"
#include "policy_load.h"

/* As built: no rule is limited. The compiler replaces it. */
const volatile struct tg_policy_limits
	tg_policy_limits SEC(".rodata.limits") = {
		.count = 0,
	};

/* Hidden from clang, and constants for the verifier: see constants(). */
static __always_inline const struct tg_policy_limits *tg_limits_constants(void)
{
	const struct tg_policy_limits *limits;

	asm("" : "=r"(limits) : "0"(&tg_policy_limits));
	return limits;
}

/* What tg_limit_packet() adds to the outcome. */
#define TG_LIMIT_WAS_FULL (1ULL << 32)

static __always_inline const struct tg_limit *tg_limit_record(__u32 number)
{
	return (const void *)tg_load_block(
		tg_limits_constants()->records +
			(__u64)number * sizeof(struct tg_limit),
		sizeof(struct tg_limit));
}

/*
 * The outcome that the limit of this number decides for. A global function, so
 * the verifier checks it once.
 */
__noinline __u64 tg_limit_packet(struct tg_live_room *room, __u32 number,
				 __u32 size, __u32 hook)
{
	const struct tg_policy_limits *limits = tg_limits_constants();
	const struct tg_limit *limit = tg_limit_record(number);
	__u32 pretended = limits->pretended;
	int answer;

	if (!room)
		return 0;
	if (pretended)
		return limit->outcomes[pretended == TG_LIMIT_OVER + 1];
	tg_limit_set_key(&room->limit, limit, room->flow.ends, hook);
	tg_limit_set_wish(&room->limit, limit, size);
	room->limit.bill.is_frozen = limits->is_frozen;
	answer = tg_limit_ask(0, &room->limit);
	if (answer == TG_LIMIT_NO_PLACE)
		return limit->outcomes[limit->full == TG_LIMIT_OVER] |
		       TG_LIMIT_WAS_FULL;
	return limit->outcomes[answer == TG_LIMIT_NO];
}

/* Of all packets together. 0: tg_limit_packet() has to be called. */
static __always_inline __u32 tg_limit_total(__u32 number, __u32 size,
					    __u32 hook)
{
	const struct tg_limit *limit = tg_limit_record(number);
	struct tg_limit_bill bill;
	int answer;

	if (limit->per != TG_LIMIT_PER_ALL)
		return 0;
	bill = tg_limit_bill_of(limit, size);
	answer = tg_limit_ask_total(0, tg_limit_total_name(limit->name, hook),
				    &bill);
	if (answer == TG_LIMIT_NO_PLACE)
		return 0;
	return limit->outcomes[answer == TG_LIMIT_NO];
}

#endif
