/* SPDX-License-Identifier: GPL-2.0-only */
/* A flow of TCP segments, without a table: what a program makes of them. */
#ifndef TG_TCP_FLOW_H
#define TG_TCP_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "flow_tcp.h"
#include "policy_flow.h"

struct tcp_flow {
	struct tg_flow_peer peers[2];
	uint8_t state; /* 0: there is no flow */
	bool by_high;  /* the peer that sent the first packet */
};

const char *tcp_flow_state_name(uint8_t state);
const char *tcp_flow_fact_name(enum tg_flow_fact fact);

/* The flow advances, or begins: every segment that may begin one is kept. */
enum tg_flow_fact tcp_flow_judge(struct tcp_flow *flow, bool is_high,
				 const struct tg_flow_segment *segment);

#endif
