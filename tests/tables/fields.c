// SPDX-License-Identifier: GPL-2.0-only
#include "fields.h"

#include <string.h>

#include "../packets/reference.h"

#define LENGTH_MAX 65535

struct reader {
	struct policy_packet *fields;
	const struct random_packet *packet;
	struct found found;
};

static void put(struct reader *reader, enum policy_field field, uint64_t value)
{
	reader->fields->has[field] = true;
	reader->fields->value[field].lo = value;
}

/* Reads up to eight bytes at an offset of the frame. */
static uint64_t bytes(const struct reader *reader, size_t at, int count)
{
	uint64_t value = 0;

	while (count--)
		value = value * 256 + reader->packet->bytes[at++];
	return value;
}

static void put_address6(struct reader *reader, enum policy_field field,
			 size_t at)
{
	put(reader, field, bytes(reader, at + 8, 8));
	reader->fields->value[field].hi = bytes(reader, at, 8);
}

static void read_link(struct reader *reader)
{
	const struct tg_headers *headers = &reader->found.headers;

	put(reader, POLICY_DST_MAC, bytes(reader, 0, 6));
	put(reader, POLICY_SRC_MAC, bytes(reader, 6, 6));
	put(reader, POLICY_ETHERTYPE, headers->ethertype);
	put(reader, POLICY_VLANS, headers->vlans);
	if (headers->vlans > 0) {
		put(reader, POLICY_VLAN, headers->vlan_tci[0] % 4096);
		put(reader, POLICY_VLAN_PRIORITY, headers->vlan_tci[0] / 8192);
	}
	if (headers->vlans > 1) {
		put(reader, POLICY_INNER_VLAN, headers->vlan_tci[1] % 4096);
		put(reader, POLICY_INNER_PRIORITY, headers->vlan_tci[1] / 8192);
	}
}

static uint64_t at_most(uint64_t length, uint64_t most)
{
	return length < most ? length : most;
}

static void read_ip4(struct reader *reader, size_t at)
{
	uint64_t length = bytes(reader, at + 2, 2);

	put(reader, POLICY_DSCP, bytes(reader, at + 1, 1) / 4);
	put(reader, POLICY_ECN, bytes(reader, at + 1, 1) % 4);
	put(reader, POLICY_LENGTH, length ? length : LENGTH_MAX);
	put(reader, POLICY_TTL, bytes(reader, at + 8, 1));
	put(reader, POLICY_SRC4, bytes(reader, at + 12, 4));
	put(reader, POLICY_DST4, bytes(reader, at + 16, 4));
}

/* With hop-by-hop options, length 0 means that of the frame (jumbogram). */
static void read_ip6(struct reader *reader, size_t at)
{
	uint64_t length = bytes(reader, at + 4, 2) + 40;

	if (length == 40 && bytes(reader, at + 6, 1) == 0)
		length = reader->packet->size - at;
	put(reader, POLICY_DSCP, bytes(reader, at, 2) / 64 % 64);
	put(reader, POLICY_ECN, bytes(reader, at, 2) / 16 % 4);
	put(reader, POLICY_LENGTH, at_most(length, LENGTH_MAX));
	put(reader, POLICY_TTL, bytes(reader, at + 7, 1));
	put_address6(reader, POLICY_SRC6, at + 8);
	put_address6(reader, POLICY_DST6, at + 24);
}

static void read_network(struct reader *reader)
{
	const struct found *found = &reader->found;
	const struct tg_headers *headers = &found->headers;

	if (headers->network == TG_NET_ARP)
		put(reader, POLICY_ARP_OPERATION, headers->arp_operation);
	if (found->ip4 != FOUND_NOWHERE)
		read_ip4(reader, found->ip4);
	else if (found->ip6 != FOUND_NOWHERE)
		read_ip6(reader, found->ip6);
	else
		return;
	put(reader, POLICY_FLOW, reader->packet->metadata.flow);
	put(reader, POLICY_PROTOCOL, headers->protocol);
	put(reader, POLICY_FRAGMENT, headers->fragment);
	put(reader, POLICY_EXTENSIONS, headers->extensions);
}

static void read_transport(struct reader *reader)
{
	const struct tg_headers *headers = &reader->found.headers;

	if (headers->transport == TG_L4_TCP)
		put(reader, POLICY_TCP_FLAGS, headers->tcp_flags);
	if (headers->transport == TG_L4_TCP ||
	    headers->transport == TG_L4_UDP ||
	    headers->transport == TG_L4_SCTP) {
		put(reader, POLICY_SRC_PORT, headers->sport);
		put(reader, POLICY_DST_PORT, headers->dport);
	} else if (headers->transport != TG_L4_NONE) {
		put(reader, POLICY_ICMP_TYPE, headers->icmp_type);
		put(reader, POLICY_ICMP_CODE, headers->icmp_code);
	}
}

void fields_read(struct policy_packet *fields,
		 const struct random_packet *packet)
{
	const struct policy_metadata *metadata = &packet->metadata;
	const struct delivery delivery = {
		.bytes = packet->bytes,
		.size = packet->size,
		.at_hand = packet->size,
		.has_tag = metadata->has_vlan,
		.tag = metadata->vlan_tci,
	};
	struct reader reader = { .fields = fields, .packet = packet };

	*fields = (struct policy_packet){ 0 };
	find_by_reference(&reader.found, &delivery, TG_DEPTH_TRANSPORT);
	fields->malformed = reader.found.error == TG_ERR_MALFORMED;
	fields->cut_off = reader.found.error == TG_ERR_SPLIT;
	if (reader.found.error)
		return;
	read_link(&reader);
	read_network(&reader);
	read_transport(&reader);
	if (metadata->has_skb) {
		put(&reader, POLICY_MARK, metadata->skb.mark);
		put(&reader, POLICY_PACKET_TYPE, metadata->skb.pkt_type);
	}
}

enum policy_field fields_differ(const struct policy_packet *a,
				const struct policy_packet *b)
{
	int field = 0;

	if (a->malformed != b->malformed || a->cut_off != b->cut_off)
		return 0;
	for (; field < POLICY_FIELDS; field++) {
		if (a->has[field] != b->has[field])
			break;
		if (a->has[field] &&
		    (a->value[field].hi != b->value[field].hi ||
		     a->value[field].lo != b->value[field].lo))
			break;
	}
	return field;
}
