// SPDX-License-Identifier: GPL-2.0-only
/* Writes headers from the outermost to the innermost, then checksums. */
#include "frames.h"

#include <linux/icmp.h>
#include <linux/udp.h>
#include <stddef.h>
#include <string.h>

/* Fragment offset of a later fragment, in units of 8 bytes. */
#define LATER_OFFSET 181

#define FRAGMENT_ID 1
#define ARP_REQUEST 1
#define TCP_SIZE 20
#define TCP_CHECKSUM_OFFSET 16
#define TCP_WINDOW 64240
#define SCTP_SIZE 12
#define SCTP_TAG 1
#define OPTIONS_SIZE                                             \
	4 /* three no-operations and an end-of-options, in bytes \
	   */
#define EXTENSION_SIZE 8
#define AUTH_SIZE 24

struct writer {
	uint8_t *bytes;
	uint32_t size;
};

static void put_number(struct writer *writer, uint64_t value,
		       unsigned int bytes)
{
	while (bytes--)
		writer->bytes[writer->size++] = value >> (8 * bytes);
}

static void put_bytes(struct writer *writer, const void *bytes, uint32_t size)
{
	memcpy(writer->bytes + writer->size, bytes, size);
	writer->size += size;
}

static void put_zeros(struct writer *writer, uint32_t size)
{
	memset(writer->bytes + writer->size, 0, size);
	writer->size += size;
}

static uint32_t sum_bytes(const uint8_t *bytes, uint32_t size, uint32_t sum)
{
	for (uint32_t i = 0; i < size; i++)
		sum += i % 2 ? bytes[i] : bytes[i] << 8;
	return sum;
}

static uint16_t checksum_of(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void write16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static bool is_ipv6(const struct frame *frame)
{
	return frame->ethertype == ETH_P_IPV6;
}

static void put_ethernet(struct writer *writer, const struct frame *frame)
{
	put_bytes(writer, frame->target_mac, ETH_ALEN);
	put_bytes(writer, frame->source_mac, ETH_ALEN);
	for (unsigned int i = 0; i < frame->vlans; i++) {
		bool inner = i + 1 == frame->vlans;

		put_number(writer, inner ? ETH_P_8021Q : ETH_P_8021AD, 2);
		put_number(writer, frame->vlan_tci[i], 2);
	}
	put_number(writer, frame->ethertype, 2);
}

static void put_arp(struct writer *writer, const struct frame *frame)
{
	put_number(writer, TG_ARP_ETHERNET, 2);
	put_number(writer, ETH_P_IP, 2);
	put_number(writer, ETH_ALEN, 1);
	put_number(writer, sizeof(__be32), 1);
	put_number(writer, frame->arp_operation, 2);
	put_bytes(writer, frame->source_mac, ETH_ALEN);
	put_bytes(writer, frame->source, sizeof(__be32));
	if (frame->arp_operation ==
	    ARP_REQUEST) /* the target MAC address is unknown in a request */
		put_zeros(writer, ETH_ALEN);
	else
		put_bytes(writer, frame->target_mac, ETH_ALEN);
	put_bytes(writer, frame->target, sizeof(__be32));
}

/* --- IP; sizes are in bytes and exclude the payload */

static uint32_t network_header(const struct frame *frame)
{
	uint32_t size = sizeof(struct iphdr);

	if (!is_ipv6(frame))
		return size + (frame->options ? OPTIONS_SIZE : 0);
	size = sizeof(struct ipv6hdr);
	for (unsigned int i = 0; i < frame->extension_count; i++)
		size += frame->extensions[i] == TG_EXT_AUTH ? AUTH_SIZE
							    : EXTENSION_SIZE;
	return size;
}

/* ICMP over IPv6 and ICMPv6 over IPv4 get no header. */
static bool is_icmp(const struct frame *frame)
{
	return frame->protocol ==
	       (is_ipv6(frame) ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

uint32_t frame_transport_header(const struct frame *frame)
{
	if (is_icmp(frame))
		return sizeof(struct icmphdr);
	switch (frame->protocol) {
	case IPPROTO_TCP:
		return TCP_SIZE;
	case IPPROTO_UDP:
		return sizeof(struct udphdr);
	case IPPROTO_SCTP:
		return SCTP_SIZE;
	default:
		return 0;
	}
}

uint32_t frame_ip_headers(const struct frame *frame)
{
	return network_header(frame) + frame_transport_header(frame);
}

static void put_ipv4(struct writer *writer, const struct frame *frame)
{
	uint8_t *header = writer->bytes + writer->size;
	uint32_t size = network_header(frame);
	uint16_t fragment = 0;

	if (frame->fragment == TG_FRAG_FIRST)
		fragment = TG_IPV4_MORE_FRAGMENTS;
	else if (frame->fragment == TG_FRAG_LATER)
		fragment = LATER_OFFSET;
	put_number(writer, 0x40 | size / 4, 1);
	put_number(writer, frame->traffic_class, 1);
	put_number(writer, frame_ip_headers(frame) + frame->payload, 2);
	put_number(writer, FRAGMENT_ID, 2);
	put_number(writer, fragment, 2);
	put_number(writer, frame->ttl, 1);
	put_number(writer, frame->protocol, 1);
	put_zeros(writer, sizeof(__sum16));
	put_bytes(writer, frame->source, sizeof(__be32));
	put_bytes(writer, frame->target, sizeof(__be32));
	if (frame->options)
		put_number(writer, 0x01010100, OPTIONS_SIZE);
	write16(header + offsetof(struct iphdr, check),
		checksum_of(sum_bytes(header, size, 0)));
}

static uint8_t extension_number(enum tg_extension extension)
{
	switch (extension) {
	case TG_EXT_HOPOPTS:
		return TG_NEXT_HOPOPTS;
	case TG_EXT_ROUTING:
		return TG_NEXT_ROUTING;
	case TG_EXT_DSTOPTS:
		return TG_NEXT_DSTOPTS;
	case TG_EXT_FRAGMENT:
		return TG_NEXT_FRAGMENT;
	case TG_EXT_AUTH:
		return TG_NEXT_AUTH;
	case TG_EXT_IPV4_OPTIONS:
		break;
	}
	return 0;
}

/* The next-header value before the n-th extension header. */
static uint8_t next_header(const struct frame *frame, unsigned int n)
{
	return n < frame->extension_count
		       ? extension_number(frame->extensions[n])
		       : frame->protocol;
}

static void put_fragment(struct writer *writer, const struct frame *frame)
{
	uint16_t fragment = 0;

	if (frame->fragment == TG_FRAG_FIRST)
		fragment = TG_IPV6_MORE_FRAGMENTS;
	else if (frame->fragment == TG_FRAG_LATER)
		fragment = LATER_OFFSET << 3;
	put_number(writer, 0, 1);
	put_number(writer, fragment, 2);
	put_number(writer, FRAGMENT_ID, 4);
}

static void put_extension(struct writer *writer, const struct frame *frame,
			  unsigned int n)
{
	put_number(writer, next_header(frame, n + 1), 1);
	switch (frame->extensions[n]) {
	case TG_EXT_FRAGMENT:
		put_fragment(writer, frame);
		break;
	case TG_EXT_AUTH:
		put_number(writer, AUTH_SIZE / 4 - 2, 1);
		put_zeros(writer, AUTH_SIZE - 2);
		break;
	default:
		put_zeros(writer, EXTENSION_SIZE - 1);
	}
}

static void put_ipv6(struct writer *writer, const struct frame *frame)
{
	put_number(writer, 6U << 28 | frame->traffic_class << 20, 4);
	put_number(writer,
		   frame_ip_headers(frame) - sizeof(struct ipv6hdr) +
			   frame->payload,
		   2);
	put_number(writer, next_header(frame, 0), 1);
	put_number(writer, frame->ttl, 1);
	put_bytes(writer, frame->source, sizeof(frame->source));
	put_bytes(writer, frame->target, sizeof(frame->target));
	for (unsigned int i = 0; i < frame->extension_count; i++)
		put_extension(writer, frame, i);
}

/* --- transport headers; each function returns the checksum's offset, or 0 */

static uint32_t put_icmp(struct writer *writer, const struct frame *frame)
{
	put_number(writer, frame->icmp_type, 1);
	put_number(writer, frame->icmp_code, 1);
	put_zeros(writer, sizeof(struct icmphdr) - 2);
	return offsetof(struct icmphdr, checksum);
}

static uint32_t put_ported(struct writer *writer, const struct frame *frame)
{
	put_number(writer, frame->source_port, 2);
	put_number(writer, frame->target_port, 2);
	switch (frame->protocol) {
	case IPPROTO_TCP:
		put_number(writer, 1, 4); /* sequence number */
		put_number(writer, 0, 4);
		put_number(writer, TCP_SIZE / 4 << 4, 1);
		put_number(writer, frame->tcp_flags, 1);
		put_number(writer, TCP_WINDOW, 2);
		put_zeros(writer, 4);
		return TCP_CHECKSUM_OFFSET;
	case IPPROTO_UDP:
		put_number(writer, sizeof(struct udphdr) + frame->payload, 2);
		put_zeros(writer, 2);
		return offsetof(struct udphdr, check);
	default:
		put_number(writer, SCTP_TAG, 4);
		put_zeros(writer, 4);
		return 0;
	}
}

/* The pseudo-header is part of every checksum but that of ICMP over IPv4. */
static uint32_t sum_pseudo_header(const struct frame *frame, uint32_t size)
{
	uint32_t bytes =
		is_ipv6(frame) ? sizeof(struct in6_addr) : sizeof(__be32);
	uint32_t sum = 0;

	if (is_icmp(frame) && !is_ipv6(frame))
		return 0;
	sum = sum_bytes(frame->source, bytes, frame->protocol + size);
	return sum_bytes(frame->target, bytes, sum);
}

/* In UDP a checksum of 0 means none, so 0 is sent as all ones. */
static void write_transport_checksum(const struct frame *frame, uint8_t *start,
				     uint32_t size, uint32_t offset)
{
	uint32_t pseudo_header = sum_pseudo_header(frame, size);
	uint16_t checksum = checksum_of(sum_bytes(start, size, pseudo_header));

	write16(start + offset, checksum ? checksum : 0xffff);
}

static void put_transport(struct writer *writer, const struct frame *frame)
{
	uint8_t *start = writer->bytes + writer->size;
	uint32_t size = frame_transport_header(frame), offset = 0;

	if (is_icmp(frame))
		offset = put_icmp(writer, frame);
	else if (size)
		offset = put_ported(writer, frame);
	put_zeros(writer, frame->payload);
	if (offset && frame->checksum)
		write_transport_checksum(frame, start, size + frame->payload,
					 offset);
}

uint32_t frame_build(const struct frame *frame, uint8_t *bytes)
{
	struct writer writer = { .bytes = bytes };

	put_ethernet(&writer, frame);
	switch (frame->ethertype) {
	case ETH_P_ARP:
		put_arp(&writer, frame);
		break;
	case ETH_P_IP:
		put_ipv4(&writer, frame);
		put_transport(&writer, frame);
		break;
	case ETH_P_IPV6:
		put_ipv6(&writer, frame);
		put_transport(&writer, frame);
		break;
	}
	return writer.size;
}
