// SPDX-License-Identifier: GPL-2.0-only
#include "flows/tcp_flow.h"

const char *tcp_flow_state_name(uint8_t state)
{
	static const char *const names[] = {
#define NAME(name, text, ...) [TG_FLOW_##name] = (text),
		TG_FLOW_STATE_LIST(NAME)
#undef NAME
	};

	return state == TG_FLOW_PENDING ? "none" : names[state];
}

const char *tcp_flow_fact_name(enum tg_flow_fact fact)
{
	static const char *const names[] = {
		[TG_FLOW_FACT_NEW] = "new",
		[TG_FLOW_FACT_ESTABLISHED] = "established",
		[TG_FLOW_FACT_RELATED] = "related",
		[TG_FLOW_FACT_INVALID] = "invalid",
	};

	return names[fact];
}

static bool is_answered(uint8_t state)
{
	return state != TG_FLOW_SYN_SENT && state != TG_FLOW_PICKED_UP;
}

enum tg_flow_fact tcp_flow_judge(struct tcp_flow *flow, bool is_high,
				 const struct tg_flow_segment *segment)
{
	bool is_reply = flow->by_high != is_high;
	uint8_t before = flow->state, next;

	if (!before)
		next = tg_flow_tcp_begin(flow->peers, is_high, segment);
	else
		next = tg_flow_tcp_next(flow->peers, is_high, is_reply, before,
					segment);
	if (next == TG_FLOW_REFUSED)
		return TG_FLOW_FACT_INVALID;
	flow->state = next;
	if (!before || (next == TG_FLOW_SYN_SENT && before != next)) {
		flow->by_high = is_high;
		return TG_FLOW_FACT_NEW;
	}
	return is_reply || is_answered(before) ? TG_FLOW_FACT_ESTABLISHED
					       : TG_FLOW_FACT_NEW;
}
