// SPDX-License-Identifier: GPL-2.0-only
/* From a description to bytes: headers from outside in, then the lengths. */
#include "description.h"

#include <errno.h>
#include <string.h>

/* Where the bytes of a later fragment come from, in units of eight. */
#define LATER_OFFSET 181

#define FRAGMENT_ID 1
#define TCP_WINDOW 64240
#define SCTP_TAG 1
#define OPTIONS_SIZE 4 /* no-operation, three times, and the end */
#define EXTENSION_SIZE 8
#define AUTH_SIZE 24

struct writer {
	uint8_t *bytes;
	uint32_t size;
};

static void put(struct writer *writer, uint64_t value, unsigned int bytes)
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

static void put_ethernet(struct writer *writer, const struct description *d)
{
	put_bytes(writer, d->target_mac, ETH_ALEN);
	put_bytes(writer, d->source_mac, ETH_ALEN);
	for (unsigned int i = 0; i < d->vlans; i++) {
		put(writer, i + 1 < d->vlans ? ETH_P_8021AD : ETH_P_8021Q, 2);
		put(writer, d->vlan_tci[i], 2);
	}
	put(writer, d->ethertype, 2);
}

static void put_arp(struct writer *writer, const struct description *d)
{
	put(writer, TG_ARP_ETHERNET, 2);
	put(writer, ETH_P_IP, 2);
	put(writer, ETH_ALEN, 1);
	put(writer, sizeof(__be32), 1);
	put(writer, d->arp_operation, 2);
	put_bytes(writer, d->source_mac, ETH_ALEN);
	put_bytes(writer, d->source, sizeof(__be32));
	if (d->arp_operation == 1) /* asks for it */
		put_zeros(writer, ETH_ALEN);
	else
		put_bytes(writer, d->target_mac, ETH_ALEN);
	put_bytes(writer, d->target, sizeof(__be32));
}

static void put_ipv4(struct writer *writer, const struct description *d,
		     uint32_t length)
{
	const uint8_t *header = writer->bytes + writer->size;
	uint32_t words =
		(sizeof(struct iphdr) + (d->options ? OPTIONS_SIZE : 0)) / 4;
	uint16_t fragment = 0;
	uint32_t sum = 0;

	if (d->fragment == TG_FRAG_FIRST)
		fragment = TG_IPV4_MORE_FRAGMENTS;
	else if (d->fragment == TG_FRAG_LATER)
		fragment = LATER_OFFSET;
	put(writer, 0x40 | words, 1);
	put(writer, d->dscp << 2, 1);
	put(writer, length, 2);
	put(writer, FRAGMENT_ID, 2);
	put(writer, fragment, 2);
	put(writer, d->ttl, 1);
	put(writer, d->protocol, 1);
	put(writer, 0, 2);
	put_bytes(writer, d->source, sizeof(__be32));
	put_bytes(writer, d->target, sizeof(__be32));
	if (d->options)
		put(writer, 0x01010100, OPTIONS_SIZE);

	for (uint32_t i = 0; i < words * 4; i += 2)
		sum += header[i] << 8 | header[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	writer->size -= words * 4 - offsetof(struct iphdr, check);
	put(writer, (uint16_t)~sum, 2);
	writer->size += words * 4 - offsetof(struct iphdr, check) - 2;
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

/* What the header before the n-th extension header announces. */
static uint8_t next_header(const struct description *d, unsigned int n)
{
	return n < d->extension_count ? extension_number(d->extensions[n])
				      : d->protocol;
}

static void put_fragment(struct writer *writer, const struct description *d)
{
	uint16_t fragment = 0;

	if (d->fragment == TG_FRAG_FIRST)
		fragment = TG_IPV6_MORE_FRAGMENTS;
	else if (d->fragment == TG_FRAG_LATER)
		fragment = LATER_OFFSET << 3;
	put(writer, 0, 1);
	put(writer, fragment, 2);
	put(writer, FRAGMENT_ID, 4);
}

static void put_extension(struct writer *writer, const struct description *d,
			  unsigned int n)
{
	put(writer, next_header(d, n + 1), 1);
	switch (d->extensions[n]) {
	case TG_EXT_FRAGMENT:
		put_fragment(writer, d);
		break;
	case TG_EXT_AUTH:
		put(writer, AUTH_SIZE / 4 - 2, 1);
		put_zeros(writer, AUTH_SIZE - 2);
		break;
	default:
		put_zeros(writer, EXTENSION_SIZE - 1);
	}
}

static void put_ipv6(struct writer *writer, const struct description *d,
		     uint32_t length)
{
	put(writer, 6U << 28 | d->dscp << 22, 4);
	put(writer, length - sizeof(struct ipv6hdr), 2);
	put(writer, next_header(d, 0), 1);
	put(writer, d->ttl, 1);
	put_bytes(writer, d->source, sizeof(d->source));
	put_bytes(writer, d->target, sizeof(d->target));
	for (unsigned int i = 0; i < d->extension_count; i++)
		put_extension(writer, d, i);
}

static void put_transport(struct writer *writer, const struct description *d,
			  uint32_t size)
{
	if (d->kind & DESCRIPTION_PORTS) {
		put(writer, d->source_port, 2);
		put(writer, d->target_port, 2);
	}
	switch (d->kind) {
	case DESCRIPTION_TCP:
		put(writer, 1, 4); /* sequence number */
		put(writer, 0, 4);
		put(writer, 0x50, 1); /* five words */
		put(writer, d->tcp_flags, 1);
		put(writer, TCP_WINDOW, 2);
		put_zeros(writer, 4);
		break;
	case DESCRIPTION_UDP:
		put(writer, size, 2);
		put_zeros(writer, 2);
		break;
	case DESCRIPTION_SCTP:
		put(writer, SCTP_TAG, 4);
		put_zeros(writer, 4);
		break;
	case DESCRIPTION_ICMP:
	case DESCRIPTION_ICMP6:
		put(writer, d->icmp_type, 1);
		put(writer, d->icmp_code, 1);
		put_zeros(writer, 6);
		break;
	default:
		break;
	}
}

static uint32_t network_size(const struct description *d)
{
	uint32_t size = sizeof(struct iphdr) + (d->options ? OPTIONS_SIZE : 0);

	if (!d->ipv6)
		return size;
	size = sizeof(struct ipv6hdr);
	for (unsigned int i = 0; i < d->extension_count; i++)
		size += d->extensions[i] == TG_EXT_AUTH ? AUTH_SIZE
							: EXTENSION_SIZE;
	return size;
}

static uint32_t transport_size(const struct description *d)
{
	switch (d->kind) {
	case DESCRIPTION_TCP:
		return 20;
	case DESCRIPTION_SCTP:
		return 12;
	case DESCRIPTION_UDP:
	case DESCRIPTION_ICMP:
	case DESCRIPTION_ICMP6:
		return 8;
	default:
		return 0;
	}
}

static int put_ip(struct writer *writer, const struct description *d,
		  uint32_t *shortest)
{
	uint32_t network = network_size(d), transport = transport_size(d);
	uint32_t start = writer->size, length;

	*shortest = network + transport;
	length = d->has_length ? d->length : *shortest;
	if (length < *shortest)
		return -EMSGSIZE;
	if (d->ipv6)
		put_ipv6(writer, d, length);
	else
		put_ipv4(writer, d, length);
	put_transport(writer, d, length - network);
	put_zeros(writer, start + length - writer->size);
	return 0;
}

int description_frame(const struct description *description,
		      struct described *described, uint32_t *shortest)
{
	struct writer writer = { .bytes = described->frame };
	int err = 0;

	put_ethernet(&writer, description);
	if (description->kind == DESCRIPTION_ARP)
		put_arp(&writer, description);
	else if (description->kind & DESCRIPTION_IPS)
		err = put_ip(&writer, description, shortest);
	described->size = writer.size;
	return err;
}
