/* SPDX-License-Identifier: GPL-2.0-only */
/* What flows.bpf.c is asked to do, and its answers. */
#ifndef TG_FLOWS_EXCHANGE_H
#define TG_FLOWS_EXCHANGE_H

#include "flow_table.h"

struct flows_exchange {
	/* the flow of an addition; of others the key, the sender first */
	struct tg_flow flow;
	__u32 now;
	__u32 time; /* an addition's */
	__u32 state, flags;
	/* the answers */
	__u32 is_found, is_high, answer;
	__u64 seen;
	__u32 times[TG_FLOW_STATES_MAX];
};

#endif
