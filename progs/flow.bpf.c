// SPDX-License-Identifier: GPL-2.0-only
/*
 * flow - lets in what answers to packets that left.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_flow (counters), tgf_flows, which
 * all hooks of an attachment share, and tgl_room, which is not pinned.
 *
 * On egress it keeps the flow of each packet, and the packet goes on. On XDP
 * and ingress it passes what belongs to a flow, ICMP errors about one included;
 * other packets go on in the chain. If tg_known_mark is set, packets of flows
 * get this mark on ingress and go on as well.
 *
 * Constants: tg_known_mark.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 egress bpf da obj build/flow.o sec egress
 *	build/tg-flows prepare "${TC_BPF_MNT:-/sys/fs/bpf}/tc/globals/tgf_flows"
 *	tc filter add dev eth0 ingress bpf da obj build/flow.o sec ingress
 *
 * After a ping from here, `build/tg-flows list` with that pin shows its flow.
 * In a chain, tailgate makes the table, with room for more flows.
 */
#define TG_WITH_FLOWS
#include "plugin.h"

#include "flow_constants.h"

const volatile __u32 tg_known_mark = 0;

static __always_inline int keep(struct tg_packet *pkt)
{
	struct tg_flow_room *room = tg_flow_room();

	if (room && room->packet.can_keep && !tg_flows_constants()->is_frozen &&
	    tg_flow_keep_all(room))
		return tg_next_noting(pkt, TG_REASON_FLOW_FULL);
	return tg_next(pkt);
}

static __always_inline int let_in(struct tg_packet *pkt)
{
	struct __sk_buff *skb = pkt->ctx;

	if (!tg_known_mark || pkt->hook == TG_HOOK_XDP)
		return tg_pass(pkt, TG_REASON_FLOW);
	skb->mark = tg_known_mark;
	return tg_next(pkt);
}

static __always_inline int fact_of(struct tg_packet *pkt,
				   const struct tg_headers *headers,
				   enum tg_policy_family_id family)
{
	struct tg_flow_room *room = tg_flow_room();

	if (!room)
		return TG_FLOW_FACT_NEW;
	tg_read_end(&room->ends[TG_SIDE_FROM], headers, family, TG_SIDE_FROM,
		    TG_END_ADDRESS | TG_END_PORT);
	tg_read_end(&room->ends[TG_SIDE_TO], headers, family, TG_SIDE_TO,
		    TG_END_ADDRESS | TG_END_PORT);
	return tg_flow_look_up(pkt, headers, room);
}

static __always_inline int flow(struct tg_packet *pkt)
{
	struct tg_headers headers;
	int fact;

	if (tg_parse(pkt, &headers, TG_DEPTH_TRANSPORT) != TG_PARSED)
		return tg_next_noting(pkt, TG_REASON_MALFORMED);
	if (headers.network == TG_NET_IPV4)
		fact = fact_of(pkt, &headers, TG_FAMILY_IP4);
	else if (headers.network == TG_NET_IPV6)
		fact = fact_of(pkt, &headers, TG_FAMILY_IP6);
	else
		return tg_next(pkt);
	if (pkt->hook == TG_HOOK_EGRESS)
		return keep(pkt);
	if (fact == TG_FLOW_FACT_ESTABLISHED || fact == TG_FLOW_FACT_RELATED)
		return let_in(pkt);
	return tg_next(pkt);
}

TG_PLUGIN(flow);
