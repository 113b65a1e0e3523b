/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a compiled policy says about flows: the section .rodata.flows of an
 * object made from policy.live.o. The compiler fills it in; tools that run a
 * twin of the program set the last two.
 */
#ifndef TG_POLICY_FLOW_H
#define TG_POLICY_FLOW_H

#include <linux/types.h>

#include "flow_table.h"
#include "policy_dimension.h"

/* What a packet is to the flows: the field that rules ask. */
enum tg_flow_fact {
	TG_FLOW_FACT_NEW, /* no flow, or one that was not answered yet */
	TG_FLOW_FACT_ESTABLISHED,
	TG_FLOW_FACT_RELATED, /* an ICMP error about a flow */
	TG_FLOW_FACT_INVALID,
	TG_FLOW_FACTS,
};

struct tg_policy_flows {
	__u32 is_used;	 /* rules ask for the fact, or keep flows */
	__u32 has_vlans; /* VLANs are kept apart */
	__u32 times[TG_FLOW_STATES_MAX]; /* units of TG_FLOW_TIME_SHIFT */
	/*
	 * The fact alone decides: the first rules that packets with it can
	 * match ask for nothing else. Their outcome is found without a lookup.
	 */
	__u32 is_decided[TG_FAMILIES][TG_FLOW_FACTS];
	__u32 outcome[TG_FAMILIES][TG_FLOW_FACTS];

	__u32 is_frozen; /* nothing is changed: a twin's */
	__u32 pretended; /* 0, or the fact of all packets + 1: a twin's */
};

#endif
