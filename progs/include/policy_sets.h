/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sets that a policy asks: the section that the compiler fills in, the
 * values of either end of a packet, and their lookup, before that of the
 * classes. Constants remove the code for ends and kinds that no rule asks
 * about. The keys are made in a global function: as code of each family, they
 * would make the program longer than jumps can reach.
 */
#ifndef TG_POLICY_SETS_H
#define TG_POLICY_SETS_H

#include "policy_value.h"
#include "set_program.h"

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

#define TG_SET_BIT(kind) (1U << (kind))
#define TG_SET_ALL_KINDS (TG_SET_BIT(TG_SET_KINDS) - 1)

/* --- the values of an end */

struct tg_set_end {
	__u32 address[4]; /* as in a key */
	__u32 mac[2];	  /* as in a key */
	__u16 port;
	__u8 protocol;
	__u8 family; /* enum tg_policy_family_id: OTHER has no address */
	__u8 has_port;
	__u8 unused[3];
};

_Static_assert(sizeof(struct tg_set_end) == 32, "no byte is undefined");

/*
 * What the functions that look up and change sets are passed. In a map, as the
 * stack of programs is small; softirqs are off while a program runs, so nothing
 * else uses it on this CPU.
 */
struct tg_set_room {
	struct tg_set_end ends[TG_SIDES];
	struct tg_set_wish wish;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tg_set_room);
} tgs_room SEC(".maps");

static __always_inline struct tg_set_room *tg_set_room(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&tgs_room, &zero);
}

static __always_inline void tg_set_end_address(struct tg_set_end *end,
					       const struct tg_headers *headers,
					       enum tg_side side)
{
	const struct iphdr *ip4 = headers->ip4;
	const struct ipv6hdr *ip6 = headers->ip6;
	const struct in6_addr *address;

	if (end->family == TG_FAMILY_IP4) {
		end->address[0] =
			bpf_ntohl(side == TG_SIDE_TO ? ip4->daddr : ip4->saddr);
	} else if (end->family == TG_FAMILY_IP6) {
		address = side == TG_SIDE_TO ? &ip6->daddr : &ip6->saddr;
		for (int i = 0; i < 4; i++)
			end->address[i] =
				bpf_ntohl(address->in6_u.u6_addr32[i]);
	}
}

static __always_inline void tg_set_end_mac(struct tg_set_end *end,
					   const struct tg_headers *headers,
					   enum tg_side side)
{
	const struct ethhdr *eth = headers->eth;
	__u64 mac = tg_mac(side == TG_SIDE_TO ? eth->h_dest : eth->h_source);

	end->mac[0] = mac >> 16;
	end->mac[1] = mac << 16;
}

/* The kinds are a constant: those that are needed, as bits. */
static __always_inline void tg_read_end(struct tg_set_end *end,
					const struct tg_policy_packet *packet,
					enum tg_policy_family_id family,
					enum tg_side side, __u32 kinds)
{
	const struct tg_headers *headers = packet->headers;

	*end = (struct tg_set_end){ .family = family };
	if (kinds &
	    (TG_SET_BIT(TG_SET_ADDRESSES) | TG_SET_BIT(TG_SET_ADDRESS_PORTS)))
		tg_set_end_address(end, headers, side);
	if (kinds & TG_SET_BIT(TG_SET_MACS))
		tg_set_end_mac(end, headers, side);
	if (kinds &
	    (TG_SET_BIT(TG_SET_PORTS) | TG_SET_BIT(TG_SET_ADDRESS_PORTS))) {
		end->port =
			side == TG_SIDE_TO ? headers->dport : headers->sport;
		end->protocol = headers->protocol;
		end->has_port = tg_has(packet, TG_HAS_PORTS);
	}
}

/* -1: the packet has no value of the kind. The kind may be a constant. */
static __always_inline int tg_set_end_key(const struct tg_set_end *end,
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

static __always_inline __u32 tg_sets_of_kind(const struct tg_set_end *end,
					     enum tg_side side,
					     enum tg_set_kind kind)
{
	const struct tg_policy_sets *sets = tg_sets_constants();
	struct tg_set_key key;

	/* the first is a constant for the verifier */
	if (!(sets->asked[TG_SIDE_FROM][kind] | sets->asked[TG_SIDE_TO][kind]))
		return 0;
	if (!sets->asked[side][kind] || tg_set_end_key(end, kind, &key) < 0)
		return 0;
	return tg_sets_of(&key);
}

/* The sets that an end is in, in the order of the policy. */
__noinline __u32 tg_sets_of_end(const struct tg_set_end *end, __u32 side)
{
	__u32 found = 0;

	if (!end)
		return 0;
	side &= TG_SIDE_TO;
#pragma clang loop unroll(full)
	for (int kind = 0; kind < TG_SET_KINDS; kind++)
		found |= tg_sets_of_kind(end, side, kind);
	return tg_sets_in_order(found);
}

/* The kinds that rules ask of an end, as bits. */
static __always_inline __u32 tg_kinds_asked(enum tg_side side)
{
	__u32 kinds = 0;

#pragma clang loop unroll(full)
	for (int kind = 0; kind < TG_SET_KINDS; kind++)
		if (tg_sets_constants()->asked[side][kind])
			kinds |= TG_SET_BIT(kind);
	return kinds;
}

#define TG_ASKS_SETS(is_used, side)          \
	((is_used)[TG_DIM_##side##_SETS0] || \
	 (is_used)[TG_DIM_##side##_SETS1] || \
	 (is_used)[TG_DIM_##side##_SETS2] || (is_used)[TG_DIM_##side##_SETS3])

static __always_inline int tg_changes_sets(const struct tg_policy *policy)
{
	return policy->used & TG_ACT_CHANGE_SETS &&
	       !tg_sets_constants()->is_frozen;
}

/*
 * Read an end, and look it up if rules of the family test its sets. If rules
 * change sets, all is read, as only the tables say which values they add: later
 * the packet is another, and the parser's results would take stack until then.
 */
static __always_inline void tg_look_up_side(const struct tg_policy *policy,
					    struct tg_policy_packet *packet,
					    enum tg_policy_family_id family,
					    enum tg_side side, int is_asked)
{
	struct tg_set_room *room;
	__u32 kinds;

	if (!is_asked && !tg_changes_sets(policy))
		return;
	room = tg_set_room();
	if (!room)
		return;
	kinds = tg_changes_sets(policy) ? TG_SET_ALL_KINDS
					: tg_kinds_asked(side);
	tg_read_end(&room->ends[side], packet, family, side, kinds);
	if (is_asked)
		packet->sets[side] = tg_sets_of_end(&room->ends[side], side);
}

static __always_inline void tg_look_up_family(const struct tg_policy *policy,
					      struct tg_policy_packet *packet,
					      enum tg_policy_family_id family)
{
	const __u8 *is_used = policy->family[family].is_used;

	tg_look_up_side(policy, packet, family, TG_SIDE_FROM,
			TG_ASKS_SETS(is_used, FROM));
	tg_look_up_side(policy, packet, family, TG_SIDE_TO,
			TG_ASKS_SETS(is_used, TO));
}

static __always_inline void tg_look_up_sets(const struct tg_policy *policy,
					    struct tg_policy_packet *packet)
{
	switch (packet->headers->network) {
	case TG_NET_IPV4:
		return tg_look_up_family(policy, packet, TG_FAMILY_IP4);
	case TG_NET_IPV6:
		return tg_look_up_family(policy, packet, TG_FAMILY_IP6);
	default:
		return tg_look_up_family(policy, packet, TG_FAMILY_OTHER);
	}
}

#endif
