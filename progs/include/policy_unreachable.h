/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turn a packet into the ICMP destination unreachable that answers it (RFC 792,
 * RFC 1812, RFC 4443) and quotes its start.
 */
#ifndef TG_POLICY_UNREACHABLE_H
#define TG_POLICY_UNREACHABLE_H

#include "policy_act.h"
#include "reply.h"

/*
 * At least the IP header and eight bytes (RFC 792); more is better. A partial
 * checksum has to be inside the quote, however long the headers before it,
 * while the reply fits into the minimum MTU of IPv6 (RFC 4443, 2.4).
 */
#define TG_QUOTE_USUAL 128
#define TG_QUOTE_MAX 1232

#define TG_SUM_PART 32

#define TG_ICMP_UNREACHABLE 3
#define TG_ICMP6_UNREACHABLE 1

struct tg_unreachable4 {
	struct iphdr ip;
	struct tg_icmp icmp;
};

struct tg_unreachable6 {
	struct ipv6hdr ip;
	struct tg_icmp icmp;
};

_Static_assert(sizeof(struct tg_unreachable6) + TG_QUOTE_MAX == 1280,
	       "the least MTU of IPv6");

static __always_inline __u8 tg_code4(__u8 reject)
{
	if (reject == TG_ACT_REJECT_HOST)
		return 1;
	return reject == TG_ACT_REJECT_ADMIN ? 13 : 3;
}

static __always_inline __u8 tg_code6(__u8 reject)
{
	if (reject == TG_ACT_REJECT_HOST)
		return 3;
	return reject == TG_ACT_REJECT_ADMIN ? 1 : 4;
}

/*
 * The checksum of `size` bytes at `offset`, in parts, as the stack is small.
 * XDP has no partial checksums, so its quotes are short.
 */
static __always_inline int tg_sum_packet(struct tg_packet *pkt, __u32 offset,
					 __u32 size, __u32 *sum)
{
	const int parts =
		(pkt->hook == TG_HOOK_XDP ? TG_QUOTE_USUAL : TG_QUOTE_MAX) /
		TG_SUM_PART;
	__u8 part[TG_SUM_PART] __attribute__((aligned(8)));
	__u32 rest;

	*sum = 0;
#pragma clang loop unroll(disable)
	for (int i = 0; i < parts && size >= sizeof(part); i++) {
		if (tg_load(pkt, offset, part, sizeof(part)) < 0)
			return -1;
		*sum = tg_sum(part, sizeof(part), *sum);
		offset += sizeof(part);
		size -= sizeof(part);
	}
	__builtin_memset(part, 0, sizeof(part));
	/* Older verifiers derive a minimum size of 1 only from an addition. */
	rest = size - 1;
	tg_barrier_var(rest);
	if (rest >= sizeof(part) - 1)
		return size ? -1 : 0;
	if (tg_load(pkt, offset, part, rest + 1) < 0)
		return -1;
	*sum = tg_sum(part, sizeof(part), *sum);
	return 0;
}

/*
 * The transport header of an skb may be inside a tunnel of this host, and the
 * kernel does not trim a packet before it. More of the packet then remains as
 * padding behind the reply. A partial checksum needs the exact size, as all
 * that remains becomes part of its sum.
 */
static __always_inline int tg_cut_quote(struct tg_packet *pkt,
					struct tg_asker *asker, __u32 end,
					int is_open)
{
	__u32 most = asker->link_size + TG_QUOTE_MAX;

	if (!tg_cut(pkt, end))
		return 0;
	if (pkt->hook == TG_HOOK_XDP || is_open)
		return -1;
	return pkt->size > most ? tg_cut(pkt, most) : 0;
}

/*
 * Trim the packet to the quote and return its checksum (16 bits), or an error.
 *
 * If the transport checksum is partial (CHECKSUM_PARTIAL), the device completes
 * it inside the quote. The final sum from the transport header on is known
 * beforehand: the complement of the field's start value. The quote ends with
 * that field; a partial checksum further inside, as in a tunnel, is noticed
 * because the kernel refuses to trim there.
 */
static __always_inline int tg_quote(struct tg_packet *pkt,
				    struct tg_asker *asker, int is_open,
				    __u32 *size)
{
	__u32 offset = tg_sum_offset(asker->found);
	__u32 field_at = asker->transport_at + offset;
	__u32 end = asker->end < pkt->size ? asker->end : pkt->size;
	__u32 summed = end - asker->link_size, sum;
	__u16 field = 0;

	if (is_open) {
		if (!offset ||
		    tg_load(pkt, field_at, &field, sizeof(field)) < 0)
			return TG_NO_REPLY;
		field = ~field;
		end = field_at + sizeof(field);
		summed = asker->transport_at - asker->link_size;
	} else if (summed > TG_QUOTE_USUAL) {
		summed = TG_QUOTE_USUAL;
		end = asker->link_size + TG_QUOTE_USUAL;
	}
	*size = end - asker->link_size;
	/* The kernel does not trim an skb before its transport header. */
	if (pkt->hook != TG_HOOK_XDP && end < asker->transport_at)
		end = asker->transport_at;
	if (*size > TG_QUOTE_MAX ||
	    tg_sum_packet(pkt, asker->link_size, summed, &sum) < 0 ||
	    tg_cut_quote(pkt, asker, end, is_open) < 0)
		return TG_NO_REPLY;
	return tg_fold((__u64)sum + field);
}

static __always_inline int tg_write_unreachable4(struct tg_packet *pkt,
						 struct tg_asker *asker,
						 __u8 reject, __u32 quote_size,
						 __u32 sum)
{
	struct tg_unreachable4 reply;

	tg_turn_ip4(&reply.ip, &asker->network.ip4, IPPROTO_ICMP,
		    sizeof(reply.icmp) + quote_size);
	reply.icmp = (struct tg_icmp){ .type = TG_ICMP_UNREACHABLE,
				       .code = tg_code4(reject) };
	reply.icmp.checksum =
		~tg_fold(tg_sum(&reply.icmp, sizeof(reply.icmp), sum));
	if (tg_make_room(pkt, sizeof(reply)) < 0)
		return TG_NO_REPLY;
	return tg_store(pkt, asker->link_size, &reply, sizeof(reply));
}

static __always_inline int tg_write_unreachable6(struct tg_packet *pkt,
						 struct tg_asker *asker,
						 __u8 reject, __u32 quote_size,
						 __u32 sum)
{
	__u16 size = sizeof(struct tg_icmp) + quote_size;
	struct tg_unreachable6 reply;

	tg_turn_ip6(&reply.ip, &asker->network.ip6, IPPROTO_ICMPV6, size);
	reply.icmp = (struct tg_icmp){ .type = TG_ICMP6_UNREACHABLE,
				       .code = tg_code6(reject) };
	reply.icmp.checksum = ~tg_fold(
		(__u64)tg_sum(&reply.icmp, sizeof(reply.icmp), sum) +
		tg_sum_pseudo(&reply.ip.saddr, 2 * sizeof(struct in6_addr),
			      IPPROTO_ICMPV6, size));
	if (tg_make_room(pkt, sizeof(reply)) < 0)
		return TG_NO_REPLY;
	return tg_store(pkt, asker->link_size, &reply, sizeof(reply));
}

static __always_inline int tg_unreachable(struct tg_packet *pkt,
					  struct tg_asker *asker, __u8 reject)
{
	int is_open, sum, error;
	__u32 size = 0;

	if (tg_is_error(asker->found))
		return TG_UNANSWERABLE;
	is_open = tg_is_sum_open(pkt);
	if (is_open < 0)
		return TG_NO_REPLY;
	sum = tg_quote(pkt, asker, is_open, &size);
	if (sum < 0)
		return TG_NO_REPLY;
	if (TG_FOUND_NETWORK(asker->found) == TG_NET_IPV4)
		error = tg_write_unreachable4(pkt, asker, reject, size, sum);
	else
		error = tg_write_unreachable6(pkt, asker, reject, size, sum);
	return error < 0 ? TG_NO_REPLY : tg_turn_link(pkt, asker);
}

#endif
