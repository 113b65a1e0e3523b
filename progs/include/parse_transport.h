/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports, TCP flags, ICMP type and code. A later fragment has none of them. */
#ifndef TG_PARSE_TRANSPORT_H
#define TG_PARSE_TRANSPORT_H

#include <bpf/bpf_endian.h>
#include <linux/in.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "cursor.h"
#include "headers.h"

#ifndef IPPROTO_ICMPV6
#define IPPROTO_ICMPV6 58
#endif

#define TG_TCP_FLAGS_OFFSET 13
#define TG_TCP_WORDS_MIN 5

struct tg_sctp {
	__be16 source;
	__be16 dest;
	__be32 tag;
	__be32 checksum;
};

/* Type, code, checksum, and four bytes that depend on the type. */
struct tg_icmp {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be32 rest;
};

/*
 * A program that tracks flows defines TG_WITH_FLOWS, and these functions: they
 * note what the headers do not keep.
 */
#ifdef TG_WITH_FLOWS
static __always_inline void tg_note_tcp(const struct tg_cursor *cur,
					const struct tcphdr *tcp);
static __always_inline void tg_note_icmp(const struct tg_cursor *cur,
					 const struct tg_icmp *icmp,
					 enum tg_transport transport);
#else
#define tg_note_tcp(cur, tcp)
#define tg_note_icmp(cur, icmp, transport)
#endif

static __always_inline int tg_parse_tcp(struct tg_cursor *cur,
					struct tg_headers *headers)
{
	struct tcphdr *tcp = cur->pos;
	int error = tg_pull(cur, sizeof(*tcp));

	if (error)
		return error;
	if (tcp->doff < TG_TCP_WORDS_MIN ||
	    tg_skip(cur, tcp->doff * 4 - sizeof(*tcp)) < 0)
		return TG_ERR_MALFORMED;
	headers->transport = TG_L4_TCP;
	headers->sport = bpf_ntohs(tcp->source);
	headers->dport = bpf_ntohs(tcp->dest);
	headers->tcp_flags = ((__u8 *)tcp)[TG_TCP_FLAGS_OFFSET];
	tg_note_tcp(cur, tcp);
	return TG_PARSED;
}

static __always_inline int tg_parse_udp(struct tg_cursor *cur,
					struct tg_headers *headers)
{
	struct udphdr *udp = cur->pos;
	int error = tg_pull(cur, sizeof(*udp));

	if (error)
		return error;
	headers->transport = TG_L4_UDP;
	headers->sport = bpf_ntohs(udp->source);
	headers->dport = bpf_ntohs(udp->dest);
	return TG_PARSED;
}

static __always_inline int tg_parse_sctp(struct tg_cursor *cur,
					 struct tg_headers *headers)
{
	struct tg_sctp *sctp = cur->pos;
	int error = tg_pull(cur, sizeof(*sctp));

	if (error)
		return error;
	headers->transport = TG_L4_SCTP;
	headers->sport = bpf_ntohs(sctp->source);
	headers->dport = bpf_ntohs(sctp->dest);
	return TG_PARSED;
}

static __always_inline int tg_parse_icmp(struct tg_cursor *cur,
					 struct tg_headers *headers,
					 enum tg_transport transport)
{
	struct tg_icmp *icmp = cur->pos;
	int error = tg_pull(cur, sizeof(*icmp));

	if (error)
		return error;
	headers->transport = transport;
	headers->icmp_type = icmp->type;
	headers->icmp_code = icmp->code;
	tg_note_icmp(cur, icmp, transport);
	return TG_PARSED;
}

static __always_inline int tg_parse_transport(struct tg_cursor *cur,
					      struct tg_headers *headers)
{
	if (headers->fragment == TG_FRAG_LATER)
		return TG_PARSED;
	if (headers->network != TG_NET_IPV4 && headers->network != TG_NET_IPV6)
		return TG_PARSED;

	switch (headers->protocol) {
	case IPPROTO_TCP:
		return tg_parse_tcp(cur, headers);
	case IPPROTO_UDP:
		return tg_parse_udp(cur, headers);
	case IPPROTO_SCTP:
		return tg_parse_sctp(cur, headers);
	case IPPROTO_ICMP:
		if (headers->network != TG_NET_IPV4)
			return TG_PARSED;
		return tg_parse_icmp(cur, headers, TG_L4_ICMP);
	case IPPROTO_ICMPV6:
		if (headers->network != TG_NET_IPV6)
			return TG_PARSED;
		return tg_parse_icmp(cur, headers, TG_L4_ICMPV6);
	default:
		return TG_PARSED;
	}
}

#endif
