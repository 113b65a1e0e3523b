// SPDX-License-Identifier: GPL-2.0-only
#include "frame.h"

#include <arpa/inet.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <string.h>

#include "../../progs/include/headers.h"

#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_FRAGMENT 44
#define PROTOCOL_ICMPV6 58
#define PROTOCOL_SCTP 132

#define TCP_SIZE 20
#define TCP_SIZE_OFFSET 12
#define TCP_FLAGS_OFFSET 13
#define TCP_CHECK_OFFSET 16
#define TCP_ACK 0x10
#define SCTP_SIZE 12
#define OTHER_SIZE 8
#define OPTIONS_SIZE 4
#define OPTION_NOP 1
#define FRAGMENT_SIZE 8
#define MORE_FRAGMENTS4 0x2000
#define MORE_FRAGMENTS6 1
#define LATER_OFFSET 64 /* in units of eight bytes */
#define ARP_SIZE 28
#define DSCP_SHIFT 2
#define TTL_USUAL 64

struct builder {
	const struct policy_packet *packet;
	unsigned char *frame;
	size_t size;
};

static uint64_t field(const struct builder *builder, enum policy_field field,
		      uint64_t usual)
{
	const struct policy_packet *packet = builder->packet;

	return packet->has[field] ? packet->value[field].lo : usual;
}

static void *add(struct builder *builder, size_t size)
{
	void *start = builder->frame + builder->size;

	builder->size += size;
	return start;
}

static void put_big(unsigned char *to, uint64_t value, size_t size)
{
	while (size--) {
		to[size] = value;
		value >>= 8;
	}
}

static void put16(void *to, uint16_t value)
{
	put_big(to, value, 2);
}

static uint32_t sum_of(const unsigned char *bytes, size_t size, uint32_t sum)
{
	for (size_t i = 0; i + 1 < size; i += 2)
		sum += bytes[i] << 8 | bytes[i + 1];
	if (size % 2)
		sum += bytes[size - 1] << 8;
	return sum;
}

static uint16_t checksum(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void add_link(struct builder *builder)
{
	unsigned int tags = field(builder, POLICY_VLANS, 0);
	enum policy_field ids[] = { POLICY_VLAN, POLICY_INNER_VLAN };
	enum policy_field priorities[] = { POLICY_VLAN_PRIORITY,
					   POLICY_INNER_PRIORITY };
	unsigned char *macs = add(builder, 2 * ETH_ALEN);

	put_big(macs, field(builder, POLICY_TARGET_MAC, FRAME_TARGET_MAC),
		ETH_ALEN);
	put_big(macs + ETH_ALEN,
		field(builder, POLICY_SOURCE_MAC, FRAME_SOURCE_MAC), ETH_ALEN);
	for (unsigned int i = 0; i < tags && i < TG_VLANS_MAX; i++) {
		unsigned char *tag = add(builder, 4);

		put16(tag, ETH_P_8021Q);
		put16(tag + 2, field(builder, priorities[i], 0) << 13 |
				       field(builder, ids[i], 1));
	}
	put16(add(builder, 2), field(builder, POLICY_ETHERTYPE, ETH_P_IP));
}

static void add_arp(struct builder *builder)
{
	unsigned char *arp = add(builder, ARP_SIZE);

	put16(arp, TG_ARP_ETHERNET);
	put16(arp + 2, ETH_P_IP);
	arp[4] = ETH_ALEN;
	arp[5] = 4;
	put16(arp + 6, field(builder, POLICY_ARP_OPERATION, 1));
}

/* Where the checksum of a transport header is; 0 where it has none. */
static size_t add_transport(struct builder *builder, unsigned int protocol)
{
	unsigned char *start;

	switch (protocol) {
	case PROTOCOL_TCP:
		start = add(builder, TCP_SIZE);
		start[TCP_SIZE_OFFSET] = TCP_SIZE / 4 << 4;
		start[TCP_FLAGS_OFFSET] =
			field(builder, POLICY_TCP_FLAGS, TCP_ACK);
		break;
	case PROTOCOL_UDP:
		start = add(builder, sizeof(struct udphdr));
		put16(start + 4, sizeof(struct udphdr));
		break;
	case PROTOCOL_SCTP:
		start = add(builder, SCTP_SIZE);
		break;
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMPV6:
		start = add(builder, sizeof(struct icmphdr));
		start[0] = field(builder, POLICY_ICMP_TYPE, 8);
		start[1] = field(builder, POLICY_ICMP_CODE, 0);
		return offsetof(struct icmphdr, checksum);
	default:
		add(builder, OTHER_SIZE);
		return 0;
	}
	put16(start, field(builder, POLICY_SOURCE_PORT, 40000));
	put16(start + 2, field(builder, POLICY_TARGET_PORT, 9));
	if (protocol == PROTOCOL_SCTP)
		return 0;
	return protocol == PROTOCOL_TCP ? TCP_CHECK_OFFSET
					: offsetof(struct udphdr, check);
}

/* Addresses: those of the IP header, which are a part of the sum. */
static void finish_transport(struct builder *builder, unsigned int protocol,
			     size_t start, size_t check_at,
			     const unsigned char *addresses, size_t bytes)
{
	unsigned char *transport = builder->frame + start;
	size_t size = builder->size - start;
	uint32_t sum = 0;
	uint16_t check;

	if (!check_at)
		return;
	if (protocol != PROTOCOL_ICMP)
		sum = sum_of(addresses, bytes, protocol + size);
	check = checksum(sum_of(transport, size, sum));
	put16(transport + check_at, check ? check : 0xffff);
}

static void add_ipv4(struct builder *builder)
{
	unsigned int protocol = field(builder, POLICY_PROTOCOL, PROTOCOL_UDP);
	unsigned int fragment = field(builder, POLICY_FRAGMENT, TG_FRAG_NONE);
	bool options =
		field(builder, POLICY_EXTENSIONS, 0) & TG_EXT_IPV4_OPTIONS;
	size_t size = sizeof(struct iphdr) + (options ? OPTIONS_SIZE : 0);
	unsigned char *ip = add(builder, size);
	size_t start = builder->size, check_at;

	memset(ip + sizeof(struct iphdr), OPTION_NOP,
	       size - sizeof(struct iphdr));
	ip[0] = 4 << 4 | size / 4;
	ip[1] = field(builder, POLICY_DSCP, 0) << DSCP_SHIFT;
	if (fragment == TG_FRAG_FIRST)
		put16(ip + 6, MORE_FRAGMENTS4);
	else if (fragment == TG_FRAG_LATER)
		put16(ip + 6, LATER_OFFSET);
	ip[8] = field(builder, POLICY_TTL, TTL_USUAL);
	ip[9] = protocol;
	put_big(ip + 12, field(builder, POLICY_SOURCE4, 0), 4);
	put_big(ip + 16, field(builder, POLICY_TARGET4, 0), 4);

	check_at = add_transport(builder, protocol);
	finish_transport(builder, protocol, start, check_at, ip + 12, 8);
	put16(ip + 2, size + builder->size - start);
	put16(ip + 10, checksum(sum_of(ip, size, 0)));
}

static void put_address6(const struct builder *builder, unsigned char *to,
			 enum policy_field field)
{
	struct policy_value value = builder->packet->value[field];

	put_big(to, value.hi, 8);
	put_big(to + 8, value.lo, 8);
}

static void add_fragment6(struct builder *builder, unsigned int fragment,
			  unsigned int protocol)
{
	unsigned char *header = add(builder, FRAGMENT_SIZE);

	header[0] = protocol;
	put16(header + 2,
	      fragment == TG_FRAG_FIRST ? MORE_FRAGMENTS6 : LATER_OFFSET << 3);
	header[7] = 1;
}

static void add_ipv6(struct builder *builder)
{
	unsigned int protocol = field(builder, POLICY_PROTOCOL, PROTOCOL_UDP);
	unsigned int fragment = field(builder, POLICY_FRAGMENT, TG_FRAG_NONE);
	unsigned int dscp = field(builder, POLICY_DSCP, 0);
	unsigned char *ip = add(builder, sizeof(struct ipv6hdr));
	size_t payload = builder->size, start, check_at;

	put16(ip, 6 << 12 | dscp << 6);
	ip[6] = fragment == TG_FRAG_NONE ? protocol : PROTOCOL_FRAGMENT;
	ip[7] = field(builder, POLICY_TTL, TTL_USUAL);
	put_address6(builder, ip + 8, POLICY_SOURCE6);
	put_address6(builder, ip + 24, POLICY_TARGET6);
	if (fragment != TG_FRAG_NONE)
		add_fragment6(builder, fragment, protocol);

	start = builder->size;
	check_at = add_transport(builder, protocol);
	finish_transport(builder, protocol, start, check_at, ip + 8, 32);
	put16(ip + 4, builder->size - payload);
}

size_t frame_build(const struct policy_packet *packet, void *frame)
{
	struct builder builder = { .packet = packet, .frame = frame };

	memset(frame, 0, FRAME_SIZE_MIN * 2);
	add_link(&builder);
	switch (field(&builder, POLICY_ETHERTYPE, ETH_P_IP)) {
	case ETH_P_IP:
		add_ipv4(&builder);
		break;
	case ETH_P_IPV6:
		add_ipv6(&builder);
		break;
	case ETH_P_ARP:
		add_arp(&builder);
		break;
	}
	return builder.size < FRAME_SIZE_MIN ? FRAME_SIZE_MIN : builder.size;
}
