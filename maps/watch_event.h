/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a watched program writes to the perf buffer of the CPU for each verdict:
 * an event, followed by the first bytes of the packet.
 *
 * The constant tg_watch of each program says whether it is watched. While it is
 * 0, the verifier removes the code.
 */
#ifndef TG_WATCH_EVENT_H
#define TG_WATCH_EVENT_H

#include <linux/types.h>

#include "hooks.h"
#include "slots.h"

#define TG_WATCH_EVENTS_PIN "tgw_events"
#define TG_WATCH_STATE_PIN "tgw_state"

/* CPUs with a higher number write no events. */
#define TG_WATCH_CPUS 1024

/* The value of tg_watch: a program of the chain. */
#define TG_WATCH_OFF 0
#define TG_WATCH_SLOT(slot) (1 + (slot))
#define TG_WATCH_GATE (1 + TG_SLOTS)
#define TG_WATCH_PROGRAMS (2 + TG_SLOTS)

#define TG_WATCH_NO_RULE 0xffffffffU

struct tg_watch_event {
	__u64 time;	/* CLOCK_MONOTONIC, in ns */
	__u32 rule;	/* that decided, or TG_WATCH_NO_RULE */
	__u32 size;	/* of the frame */
	__u32 captured; /* bytes of it that follow */
	__u16 vlan_tci; /* of the tag that is not in the frame */
	__be16 vlan;	/* its EtherType; 0: there is no such tag */
	__u8 program;	/* TG_WATCH_SLOT() or TG_WATCH_GATE */
	__u8 hook;	/* enum tg_hook */
	__u8 verdict;	/* enum tg_verdict */
	__u8 reason;	/* enum tg_reason */
	__u8 flow;	/* 0: not looked up, or enum tg_flow_fact + 1 */
	__u8 serial;	/* the low byte of the program's tg_serial */
	__u8 unused[2];
};

_Static_assert(sizeof(struct tg_watch_event) == 32, "tg_watch_event is ABI");

/* For each CPU and hook. What is chosen was sent, or is lost. */
struct tg_watch_state {
	__u64 judged;	 /* verdicts of programs that are watched */
	__u64 matched;	 /* those of them that the filter lets through */
	__u64 chosen;	 /* those of them that the sampling takes */
	__u64 lost;	 /* those of them that found no room in the buffer */
	__u32 is_wanted; /* the packet that is judged now fits the condition */
	__u32 until; /* how many packets until one is sampled; 0: not drawn */
};

_Static_assert(sizeof(struct tg_watch_state) == 40, "tg_watch_state is ABI");

#endif
