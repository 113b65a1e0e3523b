// SPDX-License-Identifier: GPL-2.0-only
#include "packet_frame.h"

#include <string.h>

#include "packet/frames.h"

#define TCP_ACK 0x10
#define TTL_USUAL 64
#define OTHER_SIZE 8 /* payload of protocols without a header, in bytes */

static uint64_t value_of(const struct policy_packet *packet,
			 enum policy_field field, uint64_t usual)
{
	return packet->has[field] ? packet->value[field].lo : usual;
}

static void put_big(uint8_t *to, uint64_t value, size_t size)
{
	while (size--) {
		to[size] = value;
		value >>= 8;
	}
}

static uint16_t tag(const struct policy_packet *packet, enum policy_field id,
		    enum policy_field priority)
{
	return value_of(packet, priority, 0) << 13 | value_of(packet, id, 1);
}

static void set_link(struct frame *frame, const struct policy_packet *packet)
{
	uint64_t vlans = value_of(packet, POLICY_VLANS, 0);

	put_big(frame->target_mac,
		value_of(packet, POLICY_DST_MAC, FRAME_TARGET_MAC), ETH_ALEN);
	put_big(frame->source_mac,
		value_of(packet, POLICY_SRC_MAC, FRAME_SOURCE_MAC), ETH_ALEN);
	frame->vlans = vlans < TG_VLANS_MAX ? vlans : TG_VLANS_MAX;
	frame->vlan_tci[0] = tag(packet, POLICY_VLAN, POLICY_VLAN_PRIORITY);
	frame->vlan_tci[1] =
		tag(packet, POLICY_INNER_VLAN, POLICY_INNER_PRIORITY);
	frame->ethertype = value_of(packet, POLICY_ETHERTYPE, ETH_P_IP);
}

static void set_address6(uint8_t *to, struct policy_value address)
{
	put_big(to, address.hi, 8);
	put_big(to + 8, address.lo, 8);
}

static void set_network(struct frame *frame, const struct policy_packet *packet)
{
	frame->fragment = value_of(packet, POLICY_FRAGMENT, TG_FRAG_NONE);
	if (frame->ethertype == ETH_P_IPV6) {
		set_address6(frame->source, packet->value[POLICY_SRC6]);
		set_address6(frame->target, packet->value[POLICY_DST6]);
		if (frame->fragment != TG_FRAG_NONE)
			frame->extensions[frame->extension_count++] =
				TG_EXT_FRAGMENT;
	} else {
		put_big(frame->source, value_of(packet, POLICY_SRC4, 0), 4);
		put_big(frame->target, value_of(packet, POLICY_DST4, 0), 4);
		frame->options = value_of(packet, POLICY_EXTENSIONS, 0) &
				 TG_EXT_IPV4_OPTIONS;
	}
}

uint32_t packet_frame(const struct policy_packet *packet, uint8_t *bytes)
{
	struct frame frame = {
		.arp_operation = value_of(packet, POLICY_ARP_OPERATION, 1),
		.protocol = value_of(packet, POLICY_PROTOCOL, IPPROTO_UDP),
		.ttl = value_of(packet, POLICY_TTL, TTL_USUAL),
		.traffic_class = value_of(packet, POLICY_DSCP, 0) << 2,
		.source_port = value_of(packet, POLICY_SRC_PORT, 40000),
		.target_port = value_of(packet, POLICY_DST_PORT, 9),
		.tcp_flags = value_of(packet, POLICY_TCP_FLAGS, TCP_ACK),
		.icmp_type = value_of(packet, POLICY_ICMP_TYPE, 8),
		.icmp_code = value_of(packet, POLICY_ICMP_CODE, 0),
		.checksum = true,
	};
	uint32_t size;

	set_link(&frame, packet);
	set_network(&frame, packet);
	if (!frame_transport_header(&frame))
		frame.payload = OTHER_SIZE;
	size = frame_build(&frame, bytes);
	if (size >= FRAME_SIZE_MIN)
		return size;
	memset(bytes + size, 0, FRAME_SIZE_MIN - size);
	return FRAME_SIZE_MIN;
}
