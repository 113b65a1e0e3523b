/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fields that a lookup can test. The plugin's lookup, the reference
 * matcher's reader, the checker and the compiler are all built from this list.
 * The words that rules use are in tools/policy/language/fields.def.
 */
#ifndef TG_POLICY_DIMENSION_H
#define TG_POLICY_DIMENSION_H

enum tg_policy_family_id {
	TG_FAMILY_IP4,
	TG_FAMILY_IP6,
	TG_FAMILY_OTHER, /* ARP, and protocols that are not parsed */
	TG_FAMILIES,
};

/* Families as bits. */
#define TG_OF_IP (1 << TG_FAMILY_IP4 | 1 << TG_FAMILY_IP6)
#define TG_OF_OTHER (1 << TG_FAMILY_OTHER)
#define TG_OF_ALL (TG_OF_IP | TG_OF_OTHER)

/* Which packets of these families have a field. */
enum tg_presence {
	TG_HAS_ALWAYS,
	TG_HAS_PORTS, /* TCP, UDP and SCTP, except later fragments */
	TG_HAS_TCP,
	TG_HAS_ICMP, /* ICMP of IPv4, ICMPv6 of IPv6 */
	TG_HAS_TAG,
	TG_HAS_TWO_TAGS,
	TG_HAS_ARP,
	TG_HAS_SKB, /* not on XDP */
};

/*
 * How a field's values are mapped to classes:
 *	DIRECT	one word per value
 *	PAGED	16 bits: one page per high byte, one word per low byte
 *	TRIE	32 bits, always three steps: struct tg_policy_trie
 *	WIDE	up to 128 bits, by search: struct tg_policy_wide
 *	LIVE	like DIRECT, of a number that the plugin looks up in a map
 */
enum tg_map_kind {
	TG_MAP_DIRECT,
	TG_MAP_PAGED,
	TG_MAP_TRIE,
	TG_MAP_WIDE,
	TG_MAP_LIVE,
};

/*
 * TG_DIMENSION(NAME, kind, bits, families, presence, value): the fields in
 * lookup order. The protocol comes first because its class is known while the
 * address lookups still wait for memory. Each field has one more value, 1 <<
 * bits, for packets that lack it.
 *
 * The value is an expression of packet, headers and family; its functions are
 * in progs/include/policy_value.h. The lookup reads addresses itself: those of
 * IPv6 are WIDE, and bits is their size. There is one mark dimension per mask,
 * four in all.
 *
 * The value of a LIVE field, a live fact, is what the plugin found in a map. It
 * looks there before all other lookups, and only if rules test the field: see
 * policy_sets.h.
 */
/* clang-format off */
#ifndef TG_LIVE_LIST
#define TG_LIVE_LIST(TG_DIMENSION)                                           \
	TG_LIVE_DIMENSION(TG_DIMENSION, FLOW, 2, IP) /* enum tg_flow_fact */ \
	TG_SETS_OF_BOTH(TG_DIMENSION, 0)                                     \
	TG_SETS_OF_BOTH(TG_DIMENSION, 1)                                     \
	TG_SETS_OF_BOTH(TG_DIMENSION, 2)                                     \
	TG_SETS_OF_BOTH(TG_DIMENSION, 3)
/* the sets that an end of the packet is in, 8 of them a field */
#define TG_SETS_OF_BOTH(TG_DIMENSION, n)                                     \
	TG_LIVE_DIMENSION(TG_DIMENSION, FROM_SETS##n, 8, ALL)                \
	TG_LIVE_DIMENSION(TG_DIMENSION, TO_SETS##n, 8, ALL)
#define TG_LIVE_DIMENSION(TG_DIMENSION, name, bits, families)                \
	TG_DIMENSION(name, LIVE, bits, families, ALWAYS,                     \
		     tg_live_fact(packet, TG_DIM_##name))
#endif
#define TG_DIMENSION_LIST(TG_DIMENSION)                                      \
	TG_DIMENSION(PROTOCOL, DIRECT, 8, IP, ALWAYS, headers->protocol)     \
	TG_DIMENSION(TO, TRIE, 128, IP, ALWAYS, 0)                           \
	TG_DIMENSION(FROM, TRIE, 128, IP, ALWAYS, 0)                         \
	TG_DIMENSION(TO_PORT, PAGED, 16, IP, PORTS, headers->dport)          \
	TG_DIMENSION(FROM_PORT, PAGED, 16, IP, PORTS, headers->sport)        \
	TG_DIMENSION(TCP_FLAGS, DIRECT, 8, IP, TCP, headers->tcp_flags)      \
	TG_DIMENSION(ICMP_TYPE, DIRECT, 8, IP, ICMP, headers->icmp_type)     \
	TG_DIMENSION(ICMP_CODE, DIRECT, 8, IP, ICMP, headers->icmp_code)     \
	TG_DIMENSION(FRAGMENT, DIRECT, 2, IP, ALWAYS, headers->fragment)     \
	TG_DIMENSION(EXTENSIONS, DIRECT, 8, IP, ALWAYS, headers->extensions) \
	TG_DIMENSION(TTL, DIRECT, 8, IP, ALWAYS, tg_ttl(headers, family))    \
	TG_DIMENSION(DSCP, DIRECT, 6, IP, ALWAYS,                            \
		     tg_traffic_class(headers, family) >> 2)                 \
	TG_DIMENSION(ECN, DIRECT, 2, IP, ALWAYS,                             \
		     tg_traffic_class(headers, family) & 3)                  \
	TG_DIMENSION(LENGTH, PAGED, 16, IP, ALWAYS,                          \
		     tg_length(packet, family))                              \
	TG_DIMENSION(VLANS, DIRECT, 2, ALL, ALWAYS, headers->vlans)          \
	TG_DIMENSION(VLAN, PAGED, 12, ALL, TAG, tg_vlan_id(headers, 0))      \
	TG_DIMENSION(VLAN_PRIORITY, DIRECT, 3, ALL, TAG,                     \
		     tg_vlan_priority(headers, 0))                           \
	TG_DIMENSION(INNER_VLAN, PAGED, 12, ALL, TWO_TAGS,                   \
		     tg_vlan_id(headers, 1))                                 \
	TG_DIMENSION(INNER_PRIORITY, DIRECT, 3, ALL, TWO_TAGS,               \
		     tg_vlan_priority(headers, 1))                           \
	TG_DIMENSION(ETHERTYPE, PAGED, 16, OTHER, ALWAYS,                    \
		     headers->ethertype)                                     \
	TG_DIMENSION(ARP_OPERATION, PAGED, 16, OTHER, ARP,                   \
		     headers->arp_operation)                                 \
	TG_DIMENSION(PACKET_TYPE, DIRECT, 3, ALL, SKB,                       \
		     packet->skb->pkt_type)                                  \
	TG_DIMENSION(TO_MAC, WIDE, 48, ALL, ALWAYS,                          \
		     tg_mac(headers->eth->h_dest))                           \
	TG_DIMENSION(FROM_MAC, WIDE, 48, ALL, ALWAYS,                        \
		     tg_mac(headers->eth->h_source))                         \
	TG_DIMENSION(MARK0, WIDE, 32, ALL, SKB, packet->skb->mark)           \
	TG_DIMENSION(MARK1, WIDE, 32, ALL, SKB, packet->skb->mark)           \
	TG_DIMENSION(MARK2, WIDE, 32, ALL, SKB, packet->skb->mark)           \
	TG_DIMENSION(MARK3, WIDE, 32, ALL, SKB, packet->skb->mark)           \
	TG_LIVE_LIST(TG_DIMENSION)
/* clang-format on */

enum tg_dimension {
#define TG_DIMENSION_ENUM(name, ...) TG_DIM_##name,
	TG_DIMENSION_LIST(TG_DIMENSION_ENUM)
#undef TG_DIMENSION_ENUM
		TG_DIMENSIONS,
	TG_LIVE_FIRST = TG_DIM_MARK3 + 1,
	TG_LIVE_FACTS = TG_DIMENSIONS - TG_LIVE_FIRST,
};

/* The field of a set that the policy declares as number `set`. */
#define TG_SETS_IN_FIELD 8
#define TG_SETS_FIELD(side, set) \
	(TG_DIM_FROM_SETS0 + 2 * ((set) / TG_SETS_IN_FIELD) + (side))

enum tg_dimension_bits {
#define TG_DIMENSION_BITS(name, kind, bits, ...) TG_BITS_##name = (bits),
	TG_DIMENSION_LIST(TG_DIMENSION_BITS)
#undef TG_DIMENSION_BITS
};

/* The five keys that both engines use; the others are extras. */
#define TG_DIM_KEYS 5
#define TG_DIM_BIT(dimension) (1ULL << (dimension))

/* The TRIE and WIDE fields, in the same order. */
#define TG_WIDE_OF_DIRECT(then, name)
#define TG_WIDE_OF_PAGED(then, name)
#define TG_WIDE_OF_LIVE(then, name)
#define TG_WIDE_OF_TRIE(then, name) then(name)
#define TG_WIDE_OF_WIDE(then, name) then(name)

enum tg_wide {
#define TG_WIDE_NAME(name) TG_WIDE_##name,
#define TG_WIDE_ENUM(name, kind, ...) TG_WIDE_OF_##kind(TG_WIDE_NAME, name)
	TG_DIMENSION_LIST(TG_WIDE_ENUM)
#undef TG_WIDE_ENUM
#undef TG_WIDE_NAME
		TG_WIDES,
};

#define TG_TRIES 2 /* TO and FROM */

#define TG_DIMENSIONS_MAX 64

_Static_assert(TG_DIMENSIONS <= TG_DIMENSIONS_MAX, "a bit for each");

#define TG_MARKS 4

#endif
