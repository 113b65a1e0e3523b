/* SPDX-License-Identifier: GPL-2.0-only */
/* Turns a TCP segment into the reset that answers it (RFC 9293, 3.10.7.1). */
#ifndef TG_POLICY_RESET_H
#define TG_POLICY_RESET_H

#include "reply.h"

/* A frame of Ethernet has 60 bytes; what came shorter may go shorter. */
#define TG_FRAME_MIN 60

struct tg_reset4 {
	struct iphdr ip;
	struct tcphdr tcp;
};

struct tg_reset6 {
	struct ipv6hdr ip;
	struct tcphdr tcp;
};

static __always_inline void
tg_turn_tcp(struct tcphdr *tcp, const struct tcphdr *asked, __u32 payload)
{
	*tcp = (struct tcphdr){
		.source = asked->dest,
		.dest = asked->source,
		.doff = sizeof(*tcp) / 4,
		.rst = 1,
	};
	if (asked->ack) {
		tcp->seq = asked->ack_seq;
		return;
	}
	tcp->ack = 1;
	tcp->ack_seq = bpf_htonl(bpf_ntohl(asked->seq) + payload + asked->syn +
				 asked->fin);
}

/* An open sum starts with that of the pseudo header, and the device adds. */
static __always_inline void tg_close_tcp(struct tcphdr *tcp, __u32 pseudo,
					 int is_open)
{
	if (is_open)
		tcp->check = tg_fold(pseudo);
	else
		tcp->check = ~tg_fold(tg_sum(tcp, sizeof(*tcp), pseudo));
}

/*
 * Options and extension headers go, so that the TCP header stands at the same
 * place as an open checksum has it.
 */
static __always_inline int tg_reshape(struct tg_packet *pkt,
				      struct tg_asker *asker, __u32 ip_size)
{
	__s32 more = asker->transport_at - asker->link_size - ip_size;
	__u32 size = asker->link_size + ip_size + sizeof(struct tcphdr);

	if (pkt->hook == TG_HOOK_XDP) {
		if (size < TG_FRAME_MIN && pkt->size >= TG_FRAME_MIN)
			size = TG_FRAME_MIN;
	} else if (more && bpf_skb_adjust_room(pkt->ctx, -more,
					       BPF_ADJ_ROOM_NET, 0) < 0) {
		return TG_NO_REPLY;
	}
	return tg_cut(pkt, size) < 0 ? TG_NO_REPLY : 0;
}

static __always_inline int tg_write_reset4(struct tg_packet *pkt,
					   struct tg_asker *asker,
					   const struct tcphdr *asked,
					   __u32 payload, int is_open)
{
	struct tg_reset4 reset;

	tg_turn_ip4(&reset.ip, &asker->network.ip4, IPPROTO_TCP,
		    sizeof(reset.tcp));
	tg_turn_tcp(&reset.tcp, asked, payload);
	tg_close_tcp(&reset.tcp,
		     tg_sum_pseudo(&reset.ip.saddr, 2 * sizeof(__be32),
				   IPPROTO_TCP, sizeof(reset.tcp)),
		     is_open);
	return tg_store(pkt, asker->link_size, &reset, sizeof(reset));
}

static __always_inline int tg_write_reset6(struct tg_packet *pkt,
					   struct tg_asker *asker,
					   const struct tcphdr *asked,
					   __u32 payload, int is_open)
{
	struct tg_reset6 reset;

	tg_turn_ip6(&reset.ip, &asker->network.ip6, IPPROTO_TCP,
		    sizeof(reset.tcp));
	tg_turn_tcp(&reset.tcp, asked, payload);
	tg_close_tcp(&reset.tcp,
		     tg_sum_pseudo(&reset.ip.saddr, 2 * sizeof(struct in6_addr),
				   IPPROTO_TCP, sizeof(reset.tcp)),
		     is_open);
	return tg_store(pkt, asker->link_size, &reset, sizeof(reset));
}

static __always_inline int tg_reset(struct tg_packet *pkt,
				    struct tg_asker *asker)
{
	int is_ip4 = TG_FOUND_NETWORK(asker->found) == TG_NET_IPV4;
	struct tcphdr asked;
	__u32 payload;
	int is_open, error;

	if (TG_FOUND_TCP_RESET(asker->found))
		return TG_UNANSWERABLE;
	if (tg_load(pkt, asker->transport_at, &asked, sizeof(asked)) < 0)
		return TG_NO_REPLY;
	payload = asker->end - asker->transport_at - asked.doff * 4;
	is_open = tg_is_sum_open(pkt);
	if (is_open < 0 ||
	    tg_reshape(pkt, asker,
		       is_ip4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)))
		return TG_NO_REPLY;
	if (is_ip4)
		error = tg_write_reset4(pkt, asker, &asked, payload, is_open);
	else
		error = tg_write_reset6(pkt, asker, &asked, payload, is_open);
	return error < 0 ? TG_NO_REPLY : tg_turn_link(pkt, asker);
}

#endif
