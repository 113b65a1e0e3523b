/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sends an event for each verdict, with the first bytes of the packet, while
 * the chain is watched. Constants are the filter: 'tailgate capture' sets them
 * in copies of the objects. While tg_watch is 0, the verifier removes the code:
 * a load of the constant is left for each verdict.
 */
#ifndef TG_WATCH_H
#define TG_WATCH_H

#include <bpf/bpf_endian.h>

#include "watch_event.h"
#include "packet.h"
#include "slot_constants.h"
#include "verdicts.h"

const volatile __u32 tg_watch = TG_WATCH_OFF;
const volatile __u32 tg_watch_verdicts = 0; /* a bit each */
const volatile __u32 tg_watch_reasons = 0;  /* a bit each */
const volatile __u32 tg_watch_flows = 0;    /* a bit each; 0: any, or none */
const volatile __u32 tg_watch_rule = TG_WATCH_NO_RULE; /* any */
const volatile __u32 tg_watch_over = TG_WATCH_NO_RULE; /* or this one */
const volatile __u32 tg_watch_condition = 0; /* the gate says what it wants */
const volatile __u32 tg_watch_sample = 0;    /* one of N packets; 0: all */
const volatile __u32 tg_watch_snap = 0;

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(max_entries, TG_WATCH_CPUS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tgw_events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TG_HOOKS);
	__type(key, __u32);
	__type(value, struct tg_watch_state);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tgw_state SEC(".maps");

/* The state of the flow, if the policy looks it up: enum tg_flow_fact + 1, or
 * 0. */
#ifdef TG_LIVE
static __always_inline __u32 tg_watched_flow(void);
#else
#define tg_watched_flow() 0
#endif

/* All constants in one argument. */
#define TG_WATCH_WHAT(hook, verdict, reason) \
	((hook) | (verdict) << 8 | (reason) << 16)

static __always_inline int tg_is_watched(__u32 verdict, __u32 reason,
					 __u32 rule)
{
	if (!(tg_watch_verdicts >> verdict % TG_VERDICTS & 1) ||
	    !(tg_watch_reasons >> reason % TG_REASONS & 1))
		return 0;
	if (tg_watch_flows && !(tg_watch_flows >> (tg_watched_flow() & 7) & 1))
		return 0;
	return tg_watch_rule == TG_WATCH_NO_RULE || rule == tg_watch_rule ||
	       rule == tg_watch_over;
}

/*
 * Takes one of tg_watch_sample packets. Which one comes next is drawn at
 * random, so that a pattern in the traffic does not matter: to ask for a random
 * number for each packet would take as long as the rest of a verdict.
 */
static __always_inline int tg_is_sampled(struct tg_watch_state *state)
{
	__u32 choices = 2 * tg_watch_sample - 1;

	if (!tg_watch_sample)
		return 1;
	/* a larger number is that of an earlier capture */
	if (!state->until || state->until > choices)
		state->until = 1 + bpf_get_prandom_u32() % choices;
	return !--state->until;
}

/* Returns the hook's state if the packet is to be sent, after counting it. */
static __always_inline struct tg_watch_state *
tg_watch_choose(__u32 hook, __u32 verdict, __u32 reason, __u32 rule)
{
	struct tg_watch_state *state = bpf_map_lookup_elem(&tgw_state, &hook);

	if (!state)
		return NULL;
	if (verdict != TG_VERDICT_NEXT)
		state->judged++;
	if ((tg_watch_condition && !state->is_wanted) ||
	    !tg_is_watched(verdict, reason, rule))
		return NULL;
	state->matched++;
	if (!tg_is_sampled(state))
		return NULL;
	state->chosen++;
	return state;
}

/* tc has the outer tag in the skb, where no driver has put it back. */
static __always_inline void tg_watch_tag(const struct __sk_buff *skb,
					 struct tg_watch_event *event)
{
	if (!skb->vlan_present)
		return;
	event->vlan = skb->vlan_proto;
	event->vlan_tci = skb->vlan_tci;
}

/*
 * A function, as every verdict of a program would have the code otherwise. It
 * is a static one: the verifier looks at it only if the program is watched.
 */
static __noinline int tg_watch_packet(void *ctx, __u32 what, __u32 size,
				      __u32 rule)
{
	__u32 hook = what & 0xff, verdict = what >> 8 & 0xff;
	__u32 reason = what >> 16;
	struct tg_watch_state *state =
		tg_watch_choose(hook, verdict, reason, rule);
	struct tg_watch_event event = {
		.rule = rule,
		.size = size,
		.captured = size < tg_watch_snap ? size : tg_watch_snap,
		.program = tg_watch,
		.hook = hook,
		.verdict = verdict,
		.reason = reason,
		.serial = tg_serial,
	};

	if (!state)
		return 0;
	event.flow = tg_watched_flow();
	if (hook != TG_HOOK_XDP)
		tg_watch_tag(ctx, &event);
	event.time = bpf_ktime_get_ns();
	if (bpf_perf_event_output(ctx, &tgw_events,
				  BPF_F_CURRENT_CPU | (__u64)event.captured
							      << 32,
				  &event, sizeof(event)))
		state->lost++;
	return 0;
}

static __always_inline void tg_watch_verdict(struct tg_packet *pkt,
					     __u32 verdict, __u32 reason)
{
	if (tg_watch)
		tg_watch_packet(pkt->ctx,
				TG_WATCH_WHAT(pkt->hook, verdict, reason),
				pkt->size, pkt->rule);
}

/* Called by the gate, before the chain judges the packet. */
static __always_inline void tg_watch_want(struct tg_packet *pkt, int is_wanted)
{
	__u32 hook = pkt->hook;
	struct tg_watch_state *state = bpf_map_lookup_elem(&tgw_state, &hook);

	if (state)
		state->is_wanted = is_wanted;
}

#endif
