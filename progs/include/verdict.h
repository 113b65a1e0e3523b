/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a plugin ends: each of these functions counts a verdict with its reason
 * and returns the kernel's code for it, or calls the next plugin. A plugin
 * returns the value of one of them and nothing else.
 */
#ifndef TG_VERDICT_H
#define TG_VERDICT_H

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include "counters.h"
#include "packet.h"
#include "slot_constants.h"
#include "slots.h"
#include "watch.h"

#define TG_CHAIN_MAP(map_name)                         \
	struct {                                       \
		__uint(type, BPF_MAP_TYPE_PROG_ARRAY); \
		__uint(max_entries, TG_SLOTS);         \
		__uint(key_size, sizeof(__u32));       \
		__uint(value_size, sizeof(__u32));     \
		__uint(pinning, LIBBPF_PIN_BY_NAME);   \
	} map_name SEC(".maps")

#ifdef TG_MULTI_BUFFER
TG_CHAIN_MAP(tg_xdpf); /* chained programs must agree on multi-buffer */
#define TG_XDP_CHAIN tg_xdpf
#else
TG_CHAIN_MAP(tg_xdp);
TG_CHAIN_MAP(tg_ingress);
TG_CHAIN_MAP(tg_egress);
#define TG_XDP_CHAIN tg_xdp
#endif

/* An entry of this plugin's counter map; TG_PLUGIN() defines the function. */
static __always_inline struct tg_counter *tg_counter(__u32 index);

static __always_inline void
tg_count(struct tg_packet *pkt, enum tg_verdict verdict, enum tg_reason reason)
{
	struct tg_counter *counter =
		tg_counter(TG_COUNTER_INDEX(pkt->hook, verdict, reason));

	if (counter) {
		counter->packets++;
		counter->bytes += pkt->size;
	}
	if (!pkt->is_told)
		tg_watch_verdict(pkt, verdict, reason);
}

/* Continue in the kernel: later filters on this hook still run. */
static __always_inline int tg_pass(struct tg_packet *pkt, enum tg_reason reason)
{
	tg_count(pkt, TG_VERDICT_PASS, reason);
	return pkt->hook == TG_HOOK_XDP ? XDP_PASS : TC_ACT_UNSPEC;
}

/* Final on tc: later filters do not see the packet. */
static __always_inline int tg_accept(struct tg_packet *pkt,
				     enum tg_reason reason)
{
	tg_count(pkt, TG_VERDICT_ACCEPT, reason);
	return pkt->hook == TG_HOOK_XDP ? XDP_PASS : TC_ACT_OK;
}

static __always_inline int tg_drop(struct tg_packet *pkt, enum tg_reason reason)
{
	tg_count(pkt, TG_VERDICT_DROP, reason);
	return pkt->hook == TG_HOOK_XDP ? XDP_DROP : TC_ACT_SHOT;
}

/*
 * The packet has been rewritten into the reply, and is sent back. On egress the
 * sender is this host or behind it, so the reply is received instead.
 */
static __always_inline int tg_reject(struct tg_packet *pkt,
				     enum tg_reason reason)
{
	struct __sk_buff *skb = pkt->ctx;

	tg_count(pkt, TG_VERDICT_REJECT, reason);
	if (pkt->hook == TG_HOOK_XDP)
		return XDP_TX;
	return bpf_redirect(skb->ifindex,
			    pkt->hook == TG_HOOK_EGRESS ? BPF_F_INGRESS : 0);
}

/* Send through another device or, on tc with BPF_F_INGRESS, receive there. */
static __always_inline int tg_redirect(struct tg_packet *pkt, __u32 device,
				       __u64 flags, enum tg_reason reason)
{
	tg_count(pkt, TG_VERDICT_REDIRECT, reason);
	return bpf_redirect(device, flags);
}

static __always_inline void tg_jump(struct tg_packet *pkt, __u32 slot)
{
#ifdef TG_MULTI_BUFFER
	bpf_tail_call(pkt->ctx, &TG_XDP_CHAIN, slot);
#else
	if (pkt->hook == TG_HOOK_XDP)
		bpf_tail_call(pkt->ctx, &TG_XDP_CHAIN, slot);
	else if (pkt->hook == TG_HOOK_INGRESS)
		bpf_tail_call(pkt->ctx, &tg_ingress, slot);
	else
		bpf_tail_call(pkt->ctx, &tg_egress, slot);
#endif
}

/* Call a slot of the chain; if it is empty, the verdict is that of --miss. */
static __always_inline int tg_call(struct tg_packet *pkt, __u32 slot)
{
	tg_jump(pkt, slot);
	if (tg_miss == TG_VERDICT_DROP)
		return tg_drop(pkt, TG_REASON_MISSED_CALL);
	return tg_pass(pkt, TG_REASON_MISSED_CALL);
}

/* No verdict: call the next plugin, if there is one. */
static __always_inline int tg_next(struct tg_packet *pkt)
{
	if (tg_next_slot == TG_SLOT_NONE)
		return tg_pass(pkt, TG_REASON_NO_MATCH);
	return tg_call(pkt, tg_next_slot);
}

/* The same, and count a reason. */
static __always_inline int tg_next_noting(struct tg_packet *pkt,
					  enum tg_reason reason)
{
	tg_count(pkt, TG_VERDICT_NEXT, reason);
	return tg_next(pkt);
}

#endif
