// SPDX-License-Identifier: GPL-2.0-only
#include "reference.h"

#include <string.h>

struct walk {
	const struct delivery *delivery;
	struct found *found;
	size_t pos;
	size_t limit; /* end of the packet according to its length fields */
};

static unsigned int number(const struct walk *walk, size_t offset, int bytes)
{
	const uint8_t *at = walk->delivery->bytes + walk->pos + offset;
	unsigned int value = 0;

	while (bytes--)
		value = value << 8 | *at++;
	return value;
}

static bool fail(struct walk *walk, enum tg_parse_error error)
{
	walk->found->error = error;
	return false;
}

/* True if the next bytes are within the packet and the linear part. */
static bool can_read(struct walk *walk, size_t size)
{
	if (walk->pos + size > walk->limit)
		return fail(walk, TG_ERR_MALFORMED);
	if (walk->pos + size > walk->delivery->at_hand)
		return fail(walk, TG_ERR_SPLIT);
	return true;
}

static bool step(struct walk *walk, size_t size)
{
	if (walk->pos + size > walk->limit)
		return fail(walk, TG_ERR_MALFORMED);
	walk->pos += size;
	return true;
}

static bool link_layer(struct walk *walk)
{
	struct tg_headers *headers = &walk->found->headers;

	if (!can_read(walk, 14))
		return false;
	walk->found->eth = 0;
	headers->ethertype = number(walk, 12, 2);
	step(walk, 14);
	while (headers->vlans < 2 &&
	       (headers->ethertype == 0x8100 || headers->ethertype == 0x88a8)) {
		if (!can_read(walk, 4))
			return false;
		headers->vlan_tci[headers->vlans] = number(walk, 0, 2);
		headers->ethertype = number(walk, 2, 2);
		headers->vlans++;
		step(walk, 4);
	}
	return true;
}

static bool arp(struct walk *walk)
{
	struct tg_headers *headers = &walk->found->headers;
	size_t start = walk->pos;
	bool ordinary;

	headers->network = TG_NET_ARP;
	if (!can_read(walk, 8))
		return false;
	headers->arp_operation = number(walk, 6, 2);
	ordinary = number(walk, 0, 2) == 1 && number(walk, 2, 2) == 0x0800;
	if (ordinary && (number(walk, 4, 1) != 6 || number(walk, 5, 1) != 4))
		return fail(walk, TG_ERR_MALFORMED);
	step(walk, 8);
	if (!ordinary)
		return true;
	if (!can_read(walk, 20))
		return false;
	walk->found->arp = start;
	return step(walk, 20);
}

static bool ipv4(struct walk *walk)
{
	struct tg_headers *headers = &walk->found->headers;
	size_t frame = walk->limit - walk->pos;
	unsigned int header, total, fragment;

	headers->network = TG_NET_IPV4;
	if (!can_read(walk, 20))
		return false;
	header = (number(walk, 0, 1) & 15) * 4;
	total = number(walk, 2, 2);
	fragment = number(walk, 6, 2);
	if (number(walk, 0, 1) >> 4 != 4 || header < 20)
		return fail(walk, TG_ERR_MALFORMED);
	if (total == 0 && frame > 65535)
		total = frame;
	if (total < header || total > frame)
		return fail(walk, TG_ERR_MALFORMED);
	walk->limit = walk->pos + total;
	walk->found->ip4 = walk->pos;
	headers->protocol = number(walk, 9, 1);
	if (header > 20)
		headers->extensions = TG_EXT_IPV4_OPTIONS;
	if (fragment & 0x1fff)
		headers->fragment = TG_FRAG_LATER;
	else if (fragment & 0x2000)
		headers->fragment = TG_FRAG_FIRST;
	return step(walk, header);
}

/* The size of the extension header with this number; 0 if it is not one. */
static size_t extension(struct walk *walk, unsigned int protocol)
{
	struct tg_headers *headers = &walk->found->headers;
	unsigned int length = number(walk, 1, 1);

	switch (protocol) {
	case 0:
		headers->extensions |= TG_EXT_HOPOPTS;
		return (length + 1) * 8;
	case 43:
		headers->extensions |= TG_EXT_ROUTING;
		return (length + 1) * 8;
	case 60:
		headers->extensions |= TG_EXT_DSTOPTS;
		return (length + 1) * 8;
	case 51:
		headers->extensions |= TG_EXT_AUTH;
		return (length + 2) * 4;
	default:
		headers->extensions |= TG_EXT_FRAGMENT;
		if (number(walk, 2, 2) & 0xfff8)
			headers->fragment = TG_FRAG_LATER;
		else if (number(walk, 2, 2) & 1)
			headers->fragment = TG_FRAG_FIRST;
		return 8;
	}
}

static bool is_extension(unsigned int protocol)
{
	return protocol == 0 || protocol == 43 || protocol == 44 ||
	       protocol == 51 || protocol == 60;
}

static bool ipv6(struct walk *walk)
{
	struct tg_headers *headers = &walk->found->headers;
	size_t frame = walk->limit - walk->pos;
	unsigned int payload;

	headers->network = TG_NET_IPV6;
	if (!can_read(walk, 40))
		return false;
	if (number(walk, 0, 1) >> 4 != 6)
		return fail(walk, TG_ERR_MALFORMED);
	payload = number(walk, 4, 2);
	headers->protocol = number(walk, 6, 1);
	walk->found->ip6 = walk->pos;
	if (payload == 0 && (headers->protocol == 0 || frame - 40 > 65535))
		payload = frame - 40;
	if (payload > frame - 40)
		return fail(walk, TG_ERR_MALFORMED);
	walk->limit = walk->pos + 40 + payload;
	step(walk, 40);
	for (int i = 0; is_extension(headers->protocol) &&
			headers->fragment != TG_FRAG_LATER;
	     i++) {
		unsigned int protocol = headers->protocol;

		if (i == TG_IPV6_EXTENSIONS_MAX)
			return fail(walk, TG_ERR_MALFORMED);
		if (!can_read(walk, 8))
			return false;
		headers->protocol = number(walk, 0, 1);
		if (!step(walk, extension(walk, protocol)))
			return false;
	}
	return true;
}

static bool ports(struct walk *walk, enum tg_transport transport, size_t size)
{
	struct tg_headers *headers = &walk->found->headers;

	if (!can_read(walk, size))
		return false;
	if (transport == TG_L4_TCP) {
		size = (number(walk, 12, 1) >> 4) * 4;
		if (size < 20 || walk->pos + size > walk->limit)
			return fail(walk, TG_ERR_MALFORMED);
		headers->tcp_flags = number(walk, 13, 1);
	}
	headers->transport = transport;
	headers->sport = number(walk, 0, 2);
	headers->dport = number(walk, 2, 2);
	return step(walk, size);
}

static bool icmp(struct walk *walk, enum tg_transport transport)
{
	struct tg_headers *headers = &walk->found->headers;

	if (!can_read(walk, 8))
		return false;
	headers->transport = transport;
	headers->icmp_type = number(walk, 0, 1);
	headers->icmp_code = number(walk, 1, 1);
	return step(walk, 8);
}

static bool transport_layer(struct walk *walk)
{
	const struct tg_headers *headers = &walk->found->headers;
	bool v4 = headers->network == TG_NET_IPV4;

	if ((!v4 && headers->network != TG_NET_IPV6) ||
	    headers->fragment == TG_FRAG_LATER)
		return true;
	if (headers->protocol == 6)
		return ports(walk, TG_L4_TCP, 20);
	if (headers->protocol == 17)
		return ports(walk, TG_L4_UDP, 8);
	if (headers->protocol == 132)
		return ports(walk, TG_L4_SCTP, 12);
	if (headers->protocol == 1 && v4)
		return icmp(walk, TG_L4_ICMP);
	if (headers->protocol == 58 && !v4)
		return icmp(walk, TG_L4_ICMPV6);
	return true;
}

static bool network_layer(struct walk *walk)
{
	switch (walk->found->headers.ethertype) {
	case 0x0806:
		return arp(walk);
	case 0x0800:
		return ipv4(walk);
	case 0x86dd:
		return ipv6(walk);
	default:
		return true;
	}
}

void find_by_reference(struct found *found, const struct delivery *delivery,
		       enum tg_depth depth)
{
	struct walk walk = {
		.delivery = delivery,
		.found = found,
		.limit = delivery->size,
	};

	memset(found, 0, sizeof(*found));
	found->eth = FOUND_NOWHERE;
	found->arp = FOUND_NOWHERE;
	found->ip4 = FOUND_NOWHERE;
	found->ip6 = FOUND_NOWHERE;
	found->headers.vlans = delivery->has_tag;
	found->headers.vlan_tci[0] = delivery->tag;
	if (link_layer(&walk) && depth >= TG_DEPTH_NETWORK &&
	    network_layer(&walk) && depth == TG_DEPTH_TRANSPORT)
		transport_layer(&walk);
	found->pos = walk.pos;
	found->left = walk.limit - walk.pos;
}
