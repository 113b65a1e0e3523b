/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Builds Ethernet frames from field values. Used by explain and the benchmark.
 * The tests have an independent builder, tests/packets/craft.h, to check this
 * one.
 */
#ifndef TG_FRAMES_H
#define TG_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "../../progs/include/parse_network.h"

/* The parser's limit. */
#define FRAME_EXTENSIONS_MAX TG_IPV6_EXTENSIONS_MAX

struct frame {
	uint8_t source_mac[ETH_ALEN], target_mac[ETH_ALEN];
	unsigned int vlans;
	uint16_t vlan_tci[TG_VLANS_MAX]; /* outermost first */
	uint16_t ethertype;
	uint16_t arp_operation;

	uint8_t source[16], target[16]; /* IPv4: the first four bytes */
	uint8_t protocol;		/* after the extension headers */
	uint8_t ttl, traffic_class;
	bool options;		   /* IPv4 options */
	enum tg_fragment fragment; /* IPv6: needs TG_EXT_FRAGMENT below */
	enum tg_extension extensions[FRAME_EXTENSIONS_MAX]; /* IPv6 */
	unsigned int extension_count;

	/* TCP, UDP, SCTP, ICMP and ICMPv6 only */
	uint16_t source_port, target_port;
	uint8_t tcp_flags;
	uint8_t icmp_type, icmp_code;
	bool checksum; /* compute TCP, UDP and ICMP checksums; else 0 */

	uint32_t payload; /* zero bytes after the last IP header */
};

/* The size of the IP header and all headers after it, in bytes. */
uint32_t frame_ip_headers(const struct frame *frame);
/* The size of the transport header; 0 if the protocol gets no header. */
uint32_t frame_transport_header(const struct frame *frame);

/*
 * Writes the frame with its lengths and IPv4 checksum. Returns its size in
 * bytes.
 */
uint32_t frame_build(const struct frame *frame, uint8_t *bytes);

#endif
