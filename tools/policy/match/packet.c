// SPDX-License-Identifier: GPL-2.0-only
/* Convert the result of the plugins' parser to fields of the language. */
#include <string.h>

#include "match.h"
#include "policy/language/field.h"
#include "policy_value.h"

/*
 * The parser needs the network header aligned to 4 bytes, as drivers align it,
 * and never reads beyond HEADERS_MAX.
 */
#define FRAME_ALIGN 2
#define HEADERS_MAX (TG_OFFSET_MASK + 1)

static uint64_t big_endian(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | bytes[i];
	return value;
}

static enum tg_policy_family_id family_of(const struct tg_headers *headers)
{
	switch (headers->network) {
	case TG_NET_IPV4:
		return TG_FAMILY_IP4;
	case TG_NET_IPV6:
		return TG_FAMILY_IP6;
	default:
		return TG_FAMILY_OTHER;
	}
}

static struct policy_value read_address(const struct tg_headers *headers,
					enum tg_dimension dimension)
{
	bool is_to = dimension == TG_DIM_TO;
	const struct iphdr *ip4 = headers->ip4;
	const struct in6_addr *ip6;

	if (ip4)
		return (struct policy_value){
			.lo = bpf_ntohl(is_to ? ip4->daddr : ip4->saddr),
		};
	ip6 = is_to ? &headers->ip6->daddr : &headers->ip6->saddr;
	return (struct policy_value){
		.hi = big_endian(ip6->s6_addr, 8),
		.lo = big_endian(ip6->s6_addr + 8, 8),
	};
}

static void read_field(struct policy_packet *packet,
		       const struct tg_policy_packet *from,
		       enum tg_policy_family_id family, enum policy_field field)
{
	enum tg_dimension dimension = fields[field].dimension;

	if (!(field_families(field) & 1 << family) ||
	    !tg_has(from, field_presence(field)))
		return;
	packet->has[field] = true;
	if (field_is_address(field))
		packet->value[field] = read_address(from->headers, dimension);
	else
		packet->value[field].lo = tg_value(from, family, dimension);
}

void policy_packet_read(struct policy_packet *packet, const void *frame,
			uint32_t size, const struct policy_metadata *metadata)
{
	_Alignas(4) uint8_t bytes[FRAME_ALIGN + HEADERS_MAX];
	uint8_t *start = bytes + FRAME_ALIGN;
	uint32_t at_hand = size < HEADERS_MAX ? size : HEADERS_MAX;
	const uint8_t live[TG_LIVE_FACTS] = {
		[TG_DIM_FLOW - TG_LIVE_FIRST] = metadata->flow,
	};
	struct tg_headers headers = { 0 };
	struct tg_policy_packet reading = {
		.headers = &headers,
		.skb = &metadata->skb,
		.has_skb = metadata->has_skb,
		.size = size + metadata->missing,
		.live = live,
	};
	struct tg_cursor cursor = {
		.start = start,
		.pos = start,
		.end = start + at_hand,
		.left = reading.size,
	};
	int error;

	if (at_hand)
		memcpy(start, frame, at_hand);
	if (metadata->has_vlan) {
		headers.vlans = 1;
		headers.vlan_tci[0] = metadata->vlan_tci;
	}
	error = tg_parse_headers(&cursor, &headers, TG_DEPTH_TRANSPORT);

	*packet = (struct policy_packet){
		.malformed = error == TG_ERR_MALFORMED,
		.cut_off = error == TG_ERR_SPLIT,
	};
	if (error)
		return;
	for (int field = 0; field < POLICY_FIELDS; field++)
		read_field(packet, &reading, family_of(&headers), field);
}
