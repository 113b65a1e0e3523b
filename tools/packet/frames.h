/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ethernet frames from the values of their fields, for explain and for the
 * benchmark. The tests have a builder of their own (tests/packets/craft.h),
 * which judges this one and shares no code with it.
 */
#ifndef TG_FRAMES_H
#define TG_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "../../progs/include/parse_network.h"

/* The parser follows no more than this. */
#define FRAME_EXTENSIONS_MAX TG_IPV6_EXTENSIONS_MAX

struct frame {
	uint8_t source_mac[ETH_ALEN], target_mac[ETH_ALEN];
	unsigned int vlans;
	uint16_t vlan_tci[TG_VLANS_MAX]; /* outermost first */
	uint16_t ethertype;
	uint16_t arp_operation;

	uint8_t source[16], target[16]; /* IPv4 has the first four */
	uint8_t protocol;		/* after the extension headers */
	uint8_t ttl, traffic_class;
	bool options;		   /* of IPv4 */
	enum tg_fragment fragment; /* with IPv6, of the extension header */
	enum tg_extension extensions[FRAME_EXTENSIONS_MAX]; /* of IPv6 */
	unsigned int extension_count;

	/* of TCP, UDP, SCTP, ICMP and ICMPv6; others have no header here */
	uint16_t source_port, target_port;
	uint8_t tcp_flags;
	uint8_t icmp_type, icmp_code;
	bool checksum; /* of TCP, UDP and ICMP; else it is zero */

	uint32_t payload; /* zeros after the last header of IP packets */
};

/* The size of the IP header and of all headers after it. */
uint32_t frame_ip_headers(const struct frame *frame);
/* The size of the last one; 0 where the protocol's header is not built. */
uint32_t frame_transport_header(const struct frame *frame);

/* The size of the frame; lengths and the checksum of IPv4 are filled in. */
uint32_t frame_build(const struct frame *frame, uint8_t *bytes);

#endif
