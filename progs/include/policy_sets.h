/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sets that a policy asks: the section that the compiler fills in, and
 * their lookup. Constants remove the code for ends and kinds that no rule asks
 * about. The keys are made in a global function: as code of each family, they
 * would make the program longer than jumps can reach.
 */
#ifndef TG_POLICY_SETS_H
#define TG_POLICY_SETS_H

#include "live_room.h"
#include "policy_value.h"

/* As built: no sets. The compiler replaces it. */
const volatile struct tg_policy_sets tg_policy_sets SEC(".rodata.sets") = {
	.count = 0,
};

/* Hidden from clang, and constants for the verifier: see constants(). */
static __always_inline const struct tg_policy_sets *tg_sets_constants(void)
{
	const struct tg_policy_sets *sets;

	asm("" : "=r"(sets) : "0"(&tg_policy_sets));
	return sets;
}

/* --- keys */

/* -1: the packet has no value of the kind. The kind may be a constant. */
static __always_inline int tg_set_end_key(const struct tg_end *end,
					  enum tg_set_kind kind,
					  struct tg_set_key *key)
{
	int is_ip4 = end->family == TG_FAMILY_IP4;

	*key = (struct tg_set_key){ 0 };
	if (kind == TG_SET_MACS) {
		key->words[0] = end->mac[0];
		key->words[1] = end->mac[1];
		key->form = TG_SET_FORM_MAC;
		return 0;
	}
	if (end->family == TG_FAMILY_OTHER)
		return -1;
	if (kind != TG_SET_ADDRESSES) {
		if (!end->has_port)
			return -1;
		key->port = end->port;
	}
	if (kind == TG_SET_PORTS) {
		key->form = TG_SET_FORM_PORT;
		return 0;
	}
	__builtin_memcpy(key->words, end->address, sizeof(key->words));
	if (kind == TG_SET_ADDRESSES) {
		key->form = is_ip4 ? TG_SET_FORM_IP4(32) : TG_SET_FORM_IP6(128);
		return 0;
	}
	key->protocol = end->protocol;
	key->form =
		is_ip4 ? TG_SET_FORM_ADDRESS_PORT4 : TG_SET_FORM_ADDRESS_PORT6;
	return 0;
}

/* --- the lookup */

/* From numbers in the table to the order of the policy. */
static __always_inline __u32 tg_sets_in_order(__u32 found)
{
	const struct tg_policy_sets *sets = tg_sets_constants();
	__u32 in_order = 0;

#pragma clang loop unroll(full)
	for (__u32 i = 0; i < TG_SETS; i++) {
		if (i >= sets->count)
			break;
		in_order |= (found >> (sets->sets[i].number & 31) & 1) << i;
	}
	return in_order;
}

/* If this is 0, the verifier knows it, whatever the side. */
static __always_inline __u32 tg_sets_asked_of_kind(enum tg_set_kind kind)
{
	const struct tg_policy_sets *sets = tg_sets_constants();

	return sets->asked[TG_SIDE_FROM][kind] | sets->asked[TG_SIDE_TO][kind];
}

/*
 * The sets that an end is in, in the order of the policy. The lookup is in the
 * code once, for all kinds: the verifier checks it for those that are asked.
 */
__noinline __u32 tg_sets_of_end(const struct tg_end *end, __u32 side)
{
	struct tg_set_key key;
	struct tg_set_sums sums;
	struct tg_set_opened table;
	__u32 found = 0;

	if (!end || !tg_set_open(TG_SET_NOW, &table))
		return 0;
	side &= TG_SIDE_TO;
#pragma clang loop unroll(disable)
	for (__u32 kind = 0; kind < TG_SET_KINDS; kind++) {
		if (kind >= tg_sets_constants()->kinds_end)
			break;
		if (!tg_sets_asked_of_kind(kind) ||
		    !tg_sets_constants()->asked[side][kind] ||
		    tg_set_end_key(end, kind, &key) < 0)
			continue;
		sums = tg_set_find(&table, &key);
		found |= tg_set_result(&sums);
	}
	return tg_sets_in_order(found);
}

static __always_inline int tg_changes_sets(const struct tg_policy *policy)
{
	return policy->used & TG_ACT_CHANGE_SETS &&
	       !tg_sets_constants()->is_frozen;
}

#endif
