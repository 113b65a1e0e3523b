/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lookup of a policy: from the parsed headers to the outcome. Constants
 * remove the code for fields that no rule tests.
 *
 * The same code runs natively in tests; policy_load.h lists what an includer
 * provides.
 */
#ifndef TG_POLICY_LOOKUP_H
#define TG_POLICY_LOOKUP_H

#include "policy_class.h"
#include "policy_tree_find.h"
#include "policy_value.h"

/* The context of a lookup; everything but the packet is constant. */
struct tg_lookup {
	const struct tg_policy *policy;
	const struct tg_policy_family *family;
	enum tg_policy_family_id id;
	struct tg_policy_packet *packet;
};

static __always_inline __u32 tg_class_address4(const struct tg_lookup *lookup,
					       enum tg_dimension dimension)
{
	const struct tg_policy_family *family = lookup->family;
	const struct iphdr *ip = lookup->packet->headers->ip4;
	int is_to = dimension == TG_DIM_TO;
	enum tg_wide wide = is_to ? TG_WIDE_TO : TG_WIDE_FROM;
	__u32 address = bpf_ntohl(is_to ? ip->daddr : ip->saddr);

	if (family->is_wide[dimension])
		return tg_class_wide4(&family->wide[wide], address);
	return tg_class_trie(&family->trie[wide], address);
}

static __always_inline __u32 tg_class_address6(const struct tg_lookup *lookup,
					       enum tg_dimension dimension)
{
	const struct ipv6hdr *ip = lookup->packet->headers->ip6;
	int is_to = dimension == TG_DIM_TO;
	const struct in6_addr *address = is_to ? &ip->daddr : &ip->saddr;
	struct tg_wide_key key = {
		.high = tg_big_endian64(address),
		.low = tg_big_endian64((const char *)address + 8),
		.bits = 128,
	};

	return tg_class_wide(
		&lookup->family->wide[is_to ? TG_WIDE_TO : TG_WIDE_FROM], key);
}

/* A WIDE field of at most 64 bits. */
static __always_inline __u32 tg_class_searched(const struct tg_lookup *lookup,
					       enum tg_dimension dimension,
					       enum tg_presence presence,
					       __u32 bits, int place)
{
	const struct tg_policy_wide *wide = &lookup->family->wide[place];
	struct tg_wide_key key = { .bits = bits };

	if (!tg_has(lookup->packet, presence))
		return wide->absent;
	key.high = tg_value(lookup->packet, lookup->id, dimension);
	if (dimension >= TG_DIM_MARK0 && dimension < TG_DIM_MARK0 + TG_MARKS)
		key.high &= lookup->policy->mark_mask[dimension - TG_DIM_MARK0];
	return tg_class_wide(wide, key);
}

static __always_inline __u32 tg_class_value(const struct tg_lookup *lookup,
					    enum tg_dimension dimension,
					    enum tg_map_kind kind)
{
	__u32 map = lookup->family->map[dimension];
	__u32 value =
		tg_hide_u24(tg_value(lookup->packet, lookup->id, dimension));

	return kind == TG_MAP_PAGED ? tg_class_paged(map, value)
				    : tg_class_direct(map, value);
}

static __always_inline __u32 tg_class_of(const struct tg_lookup *lookup,
					 enum tg_dimension dimension,
					 enum tg_map_kind kind,
					 enum tg_presence presence, __u32 bits,
					 int place)
{
	switch (kind) {
	case TG_MAP_TRIE:
		return lookup->id == TG_FAMILY_IP4
			       ? tg_class_address4(lookup, dimension)
			       : tg_class_address6(lookup, dimension);
	case TG_MAP_WIDE:
		return tg_class_searched(lookup, dimension, presence, bits,
					 place);
	default:
		return tg_class_value(lookup, dimension, kind);
	}
}

/* The arguments of TG_DIMENSION(), and the index in wide[]. */
#define TG_WIDE_PLACE(name) +TG_WIDE_##name
#define TG_CLASS_OF(lookup, name, kind, bits, presence)                        \
	tg_class_of((lookup), TG_DIM_##name, TG_MAP_##kind, TG_HAS_##presence, \
		    (bits), 0 TG_WIDE_OF_##kind(TG_WIDE_PLACE, name))

/*
 * Whether packets of this family can have the field. In this form, clang folds
 * it before it orders the branches.
 */
static __always_inline int tg_can_have(enum tg_policy_family_id family,
				       int of_ip, int of_other)
{
	return family == TG_FAMILY_OTHER ? of_other : of_ip;
}

#define TG_IS_USED(lookup, name, families)                             \
	(tg_can_have((lookup)->id, (TG_OF_##families & TG_OF_IP) != 0, \
		     (TG_OF_##families & TG_OF_OTHER) != 0) &&         \
	 (lookup)->family->is_used[TG_DIM_##name])

/*
 * Programs without live facts have no code for them: the kernel would remove it
 * at load, but it takes space in each object. Those that have them look at them
 * in a loop: as code of each, a program is longer than jumps can reach.
 */
#ifndef TG_WITH_LIVE_FACTS
#define TG_WITH_LIVE_FACTS 1
#endif
#define TG_WITH_DIRECT 1
#define TG_WITH_PAGED 1
#define TG_WITH_TRIE 1
#define TG_WITH_WIDE 1
#define TG_WITH_LIVE 0

/*
 * The classes of all five keys, before any is used, so that the processor
 * overlaps their loads. Fields that no rule tests are 0.
 */
static __always_inline void tg_classes_of_keys(const struct tg_lookup *lookup,
					       __u32 classes[TG_DIM_KEYS])
{
#define TG_KEY(name, kind, bits, families, presence, value)             \
	if (TG_DIM_##name < TG_DIM_KEYS)                                \
		classes[TG_DIM_##name % TG_DIM_KEYS] =                  \
			TG_IS_USED(lookup, name, families)              \
				? TG_CLASS_OF(lookup, name, kind, bits, \
					      presence)                 \
				: 0;
	TG_DIMENSION_LIST(TG_KEY)
#undef TG_KEY
}

/* --- the decision DAG: one step per field that is used */

/* No later dimension is used. */
#define TG_IS_LAST(lookup, dimension) \
	((lookup)->family->used_end == (__u32)(dimension) + 1)

/* The next reference, or the outcome after the last step. */
static __always_inline __u32 tg_dag_step(const struct tg_lookup *lookup,
					 enum tg_dimension dimension, __u32 at,
					 __u32 class)
{
	int is_short = lookup->family->has_short_rows[dimension];

	if (TG_IS_LAST(lookup, dimension))
		return is_short ? tg_step_short_last(at, class)
				: tg_step_last(at, class);
	return is_short ? tg_step_short(at, class) : tg_step(at, class);
}

/*
 * The step of a key. `at` may hold the outcome already before the last one; the
 * row that is loaded is ignored then.
 */
static __always_inline __u32 tg_dag_key_step(const struct tg_lookup *lookup,
					     enum tg_dimension dimension,
					     __u32 at, __u32 class)
{
	__u32 is_direct = -TG_IS_DIRECT(at), outcome;

	if (!lookup->family->has_direct || !TG_IS_LAST(lookup, dimension))
		return tg_dag_step(lookup, dimension, at, class);
	tg_barrier_var(is_direct);
	outcome = tg_dag_step(lookup, dimension, at & ~is_direct, class);
	return outcome ^ ((outcome ^ TG_DIRECT_OUTCOME(at)) & is_direct);
}

/* Without a loop: clang would keep the array in memory. */
static __always_inline __u32 tg_dag_keys(const struct tg_lookup *lookup,
					 const __u32 classes[TG_DIM_KEYS],
					 __u32 at)
{
#define TG_KEY_STEP(name, kind, bits, families, presence, value)               \
	if (TG_DIM_##name < TG_DIM_KEYS && TG_IS_USED(lookup, name, families)) \
		at = tg_dag_key_step(lookup, TG_DIM_##name, at,                \
				     classes[TG_DIM_##name % TG_DIM_KEYS]);
	TG_DIMENSION_LIST(TG_KEY_STEP)
#undef TG_KEY_STEP
	return at;
}

static __always_inline __u32 tg_class_live(const struct tg_lookup *lookup,
					   __u32 dimension)
{
	return tg_class_direct(lookup->family->map[dimension],
			       tg_live_fact(lookup->packet, dimension));
}

static __always_inline __u32 tg_dag_live(const struct tg_lookup *lookup,
					 __u32 at)
{
#pragma clang loop unroll(disable)
	for (__u32 i = TG_LIVE_FIRST; i < TG_DIMENSIONS; i++) {
		if (i >= lookup->family->used_end)
			break;
		if (lookup->family->is_used[i])
			at = tg_dag_step(lookup, i, at,
					 tg_class_live(lookup, i));
	}
	return at;
}

static __always_inline __u32 tg_dag_extras(const struct tg_lookup *lookup,
					   __u32 at)
{
#define TG_EXTRA(name, kind, bits, families, presence, value) \
	if (TG_WITH_##kind && TG_DIM_##name >= TG_DIM_KEYS && \
	    TG_IS_USED(lookup, name, families))               \
		at = tg_dag_step(                             \
			lookup, TG_DIM_##name, at,            \
			TG_CLASS_OF(lookup, name, kind, bits, presence));
	if (lookup->family->uses_extras) {
		TG_DIMENSION_LIST(TG_EXTRA)
	}
#undef TG_EXTRA
	return TG_WITH_LIVE_FACTS ? tg_dag_live(lookup, at) : at;
}

static __always_inline __u32 tg_dag_find(const struct tg_lookup *lookup)
{
	__u32 classes[TG_DIM_KEYS];
	__u32 at = lookup->family->root;

	if (lookup->family->uses_keys) {
		tg_classes_of_keys(lookup, classes);
		at = tg_dag_keys(lookup, classes, at);
	}
	/* packets whose rules test no extras skip them */
	if (lookup->family->used_end > TG_DIM_KEYS &&
	    at >= lookup->family->leaves_end)
		return tg_dag_extras(lookup, at);
	if (!lookup->family->used_end || lookup->family->used_end > TG_DIM_KEYS)
		return tg_cell_meaning(at);
	return at;
}

/* --- the tree: ranks of the five keys, and the extras as side conditions */

/* Two words for each class. */
static __always_inline __u64 tg_holds(const struct tg_lookup *lookup,
				      enum tg_dimension dimension, __u32 class)
{
	return tg_load64((__u64)lookup->family->holds[dimension] + 2 * class);
}

static __always_inline __u64 tg_holds_live(const struct tg_lookup *lookup)
{
	__u64 holds = ~0ULL;

#pragma clang loop unroll(disable)
	for (__u32 i = TG_LIVE_FIRST; i < TG_DIMENSIONS; i++) {
		if (i >= lookup->family->used_end)
			break;
		if (lookup->family->is_used[i])
			holds &= tg_holds(lookup, i, tg_class_live(lookup, i));
	}
	return holds;
}

static __always_inline __u32 tg_tree_lookup(const struct tg_lookup *lookup)
{
	__u32 classes[TG_DIM_KEYS], ranks[TG_TREE_FIELDS];
	__u64 holds = ~0ULL;

	tg_classes_of_keys(lookup, classes);
#pragma clang loop unroll(full)
	for (int key = 0; key < TG_DIM_KEYS; key++)
		ranks[TG_TREE_FIELD(key)] = classes[key] / TG_CLASS(1);

#define TG_HOLDS(name, kind, bits, families, presence, value) \
	if (TG_WITH_##kind && TG_DIM_##name >= TG_DIM_KEYS && \
	    TG_IS_USED(lookup, name, families))               \
		holds &= tg_holds(                            \
			lookup, TG_DIM_##name,                \
			TG_CLASS_OF(lookup, name, kind, bits, presence));
	if (lookup->family->uses_extras) {
		TG_DIMENSION_LIST(TG_HOLDS)
	}
#undef TG_HOLDS
	if (TG_WITH_LIVE_FACTS)
		holds &= tg_holds_live(lookup);
	return tg_tree_find(&lookup->family->tree, ranks, holds);
}

static __always_inline __u32 tg_find_in(const struct tg_policy *policy,
					enum tg_policy_family_id id,
					struct tg_policy_packet *packet)
{
	struct tg_lookup lookup = {
		.policy = policy,
		.family = &policy->family[id],
		.id = id,
		.packet = packet,
	};

	if (id != TG_FAMILY_OTHER && lookup.family->engine == TG_ENGINE_TREE)
		return tg_tree_lookup(&lookup);
	return tg_dag_find(&lookup);
}

/* The outcome of a packet that was parsed: see TG_OUTCOME(). */
static __always_inline __u32 tg_policy_find(const struct tg_policy *policy,
					    struct tg_policy_packet *packet)
{
	switch (packet->headers->network) {
	case TG_NET_IPV4:
		return tg_find_in(policy, TG_FAMILY_IP4, packet);
	case TG_NET_IPV6:
		return tg_find_in(policy, TG_FAMILY_IP6, packet);
	default:
		return tg_find_in(policy, TG_FAMILY_OTHER, packet);
	}
}

#endif
