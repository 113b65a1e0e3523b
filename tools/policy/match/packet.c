// SPDX-License-Identifier: GPL-2.0-only
/* What the parser of the plugins finds in a frame, as fields of the language.
 */
#include <string.h>

#include "match.h"
#include "../../progs/include/parse.h" /* of packets, not of policies */

/*
 * The parser wants the network header on a multiple of four, as drivers put
 * it, and never looks further in than this.
 */
#define FRAME_ALIGN 2
#define HEADERS_MAX (TG_OFFSET_MASK + 1)

#define VLAN_ID_MASK 0xfff
#define VLAN_PRIORITY_SHIFT 13
#define DSCP_SHIFT 2

struct reading {
	struct policy_packet *packet;
	struct tg_headers headers;
	const uint8_t *frame; /* where the headers point into */
	uint32_t size;	      /* with what is missing from a capture */
};

static void put(struct reading *reading, enum policy_field field,
		uint64_t value)
{
	reading->packet->has[field] = true;
	reading->packet->value[field] = (struct policy_value){ .lo = value };
}

static uint64_t big_endian(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | bytes[i];
	return value;
}

static void put_address6(struct reading *reading, enum policy_field field,
			 const struct in6_addr *address)
{
	reading->packet->has[field] = true;
	reading->packet->value[field] = (struct policy_value){
		.hi = big_endian(address->s6_addr, 8),
		.lo = big_endian(address->s6_addr + 8, 8),
	};
}

static void read_link(struct reading *reading)
{
	const struct tg_headers *headers = &reading->headers;
	const struct ethhdr *eth = headers->eth;

	put(reading, POLICY_ETHERTYPE, headers->ethertype);
	put(reading, POLICY_SOURCE_MAC, big_endian(eth->h_source, ETH_ALEN));
	put(reading, POLICY_TARGET_MAC, big_endian(eth->h_dest, ETH_ALEN));
	put(reading, POLICY_VLANS, headers->vlans);
	if (headers->vlans >= 1) {
		uint16_t tci = headers->vlan_tci[0];

		put(reading, POLICY_VLAN, tci & VLAN_ID_MASK);
		put(reading, POLICY_VLAN_PRIORITY, tci >> VLAN_PRIORITY_SHIFT);
	}
	if (headers->vlans >= 2) {
		uint16_t tci = headers->vlan_tci[1];

		put(reading, POLICY_INNER_VLAN, tci & VLAN_ID_MASK);
		put(reading, POLICY_INNER_PRIORITY, tci >> VLAN_PRIORITY_SHIFT);
	}
}

/*
 * What the IP header says. Where it says 0, because 16 bits cannot say it, the
 * packet ends where the frame does; and 65535 stands for all that is longer.
 */
static uint32_t ip_length(uint32_t said, uint32_t to_end_of_frame)
{
	uint32_t length = said ? said : to_end_of_frame;

	return length < TG_LENGTH_MAX ? length : TG_LENGTH_MAX;
}

static uint32_t to_end_of_frame(const struct reading *reading, const void *from)
{
	return reading->size - ((const uint8_t *)from - reading->frame);
}

static void read_ipv4(struct reading *reading)
{
	const struct iphdr *ip = reading->headers.ip4;

	put(reading, POLICY_SOURCE4, bpf_ntohl(ip->saddr));
	put(reading, POLICY_TARGET4, bpf_ntohl(ip->daddr));
	put(reading, POLICY_TTL, ip->ttl);
	put(reading, POLICY_DSCP, ip->tos >> DSCP_SHIFT);
	put(reading, POLICY_LENGTH,
	    ip_length(bpf_ntohs(ip->tot_len), to_end_of_frame(reading, ip)));
}

static uint32_t ipv6_length(const struct reading *reading)
{
	const struct ipv6hdr *ip = reading->headers.ip6;
	uint32_t payload = bpf_ntohs(ip->payload_len);
	uint32_t rest = to_end_of_frame(reading, ip + 1);

	if (!payload &&
	    (ip->nexthdr == TG_NEXT_HOPOPTS || rest > TG_LENGTH_MAX))
		return ip_length(0, sizeof(*ip) + rest);
	return ip_length(sizeof(*ip) + payload, 0);
}

static void read_ipv6(struct reading *reading)
{
	const struct ipv6hdr *ip = reading->headers.ip6;
	uint8_t traffic_class = ip->priority << 4 | ip->flow_lbl[0] >> 4;

	put_address6(reading, POLICY_SOURCE6, &ip->saddr);
	put_address6(reading, POLICY_TARGET6, &ip->daddr);
	put(reading, POLICY_TTL, ip->hop_limit);
	put(reading, POLICY_DSCP, traffic_class >> DSCP_SHIFT);
	put(reading, POLICY_LENGTH, ipv6_length(reading));
}

static void read_network(struct reading *reading)
{
	const struct tg_headers *headers = &reading->headers;

	switch (headers->network) {
	case TG_NET_OTHER:
		return;
	case TG_NET_ARP:
		put(reading, POLICY_ARP_OPERATION, headers->arp_operation);
		return;
	case TG_NET_IPV4:
		read_ipv4(reading);
		break;
	case TG_NET_IPV6:
		read_ipv6(reading);
		break;
	}
	put(reading, POLICY_PROTOCOL, headers->protocol);
	put(reading, POLICY_FRAGMENT, headers->fragment);
	put(reading, POLICY_EXTENSIONS, headers->extensions);
}

static void read_transport(struct reading *reading)
{
	const struct tg_headers *headers = &reading->headers;

	switch (headers->transport) {
	case TG_L4_NONE:
		return;
	case TG_L4_TCP:
		put(reading, POLICY_TCP_FLAGS, headers->tcp_flags);
		/* fall through */
	case TG_L4_UDP:
	case TG_L4_SCTP:
		put(reading, POLICY_SOURCE_PORT, headers->sport);
		put(reading, POLICY_TARGET_PORT, headers->dport);
		return;
	case TG_L4_ICMP:
	case TG_L4_ICMPV6:
		put(reading, POLICY_ICMP_TYPE, headers->icmp_type);
		put(reading, POLICY_ICMP_CODE, headers->icmp_code);
		return;
	}
}

void policy_packet_read(struct policy_packet *packet, const void *frame,
			uint32_t size, const struct policy_metadata *metadata)
{
	_Alignas(4) uint8_t bytes[FRAME_ALIGN + HEADERS_MAX];
	uint8_t *start = bytes + FRAME_ALIGN;
	uint32_t at_hand = size < HEADERS_MAX ? size : HEADERS_MAX;
	struct reading reading = {
		.packet = packet,
		.frame = start,
		.size = size + metadata->missing,
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
		reading.headers.vlans = 1;
		reading.headers.vlan_tci[0] = metadata->vlan_tci;
	}
	error = tg_parse_headers(&cursor, &reading.headers, TG_DEPTH_TRANSPORT);

	*packet = (struct policy_packet){
		.malformed = error == TG_ERR_MALFORMED,
		.cut_off = error == TG_ERR_SPLIT,
	};
	if (error)
		return;
	read_link(&reading);
	read_network(&reading);
	read_transport(&reading);
	if (metadata->has_mark)
		put(&reading, POLICY_MARK, metadata->mark);
}
