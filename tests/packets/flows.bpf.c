// SPDX-License-Identifier: GPL-2.0-only
/*
 * flows - finds a flow in a table, changes its state, or adds one, as the
 * policy plugin does it: functions that the verifier checks once, on what is
 * in a map.
 */
#include "flow_program.h"

#include "flows_exchange.h"

struct flows_exchange exchange;
struct tg_flow_wish wish SEC(".data.wish");

/* The key is that of a packet: order its ends. */
static __always_inline struct tg_flow_head *flows_begin(void)
{
	wish.flow = exchange.flow;
	exchange.is_high = tg_flow_order(&wish.flow.key);
	return tg_flow_line(0, TG_FLOW_HEAD_LINE);
}

__noinline int flows_find(struct tg_flow_wish *asked, __u32 now, int updates)
{
	struct tg_flow_head *head = tg_flow_line(0, TG_FLOW_HEAD_LINE);
	struct tg_flow_place place;

	if (!asked || !head)
		return 0;
	asked->hash = tg_flow_hash(head, &asked->flow.key);
	if (!tg_flow_find(0, head, &asked->flow.key, asked->hash, now, &place))
		return 0;
	if (updates)
		exchange.answer =
			tg_flow_update(&place, exchange.state, exchange.flags,
				       now, exchange.times);
	exchange.seen = place.seen;
	return 1;
}

__noinline int flows_add(const struct tg_flow_wish *asked)
{
	struct tg_flow_head *head = tg_flow_line(0, TG_FLOW_HEAD_LINE);

	if (!asked || !head)
		return TG_FLOW_TABLE_FULL;
	return tg_flow_add(0, head, asked);
}

SEC("xdp")
int flows_find_xdp(struct xdp_md *ctx)
{
	(void)ctx;
	if (!flows_begin())
		return XDP_ABORTED;
	exchange.is_found = flows_find(&wish, exchange.now, 0);
	return XDP_PASS;
}

SEC("xdp")
int flows_update_xdp(struct xdp_md *ctx)
{
	(void)ctx;
	if (!flows_begin())
		return XDP_ABORTED;
	exchange.is_found = flows_find(&wish, exchange.now, 1);
	return XDP_PASS;
}

SEC("xdp")
int flows_add_xdp(struct xdp_md *ctx)
{
	struct tg_flow_head *head = flows_begin();

	(void)ctx;
	if (!head)
		return XDP_ABORTED;
	wish.hash = tg_flow_hash(head, &wish.flow.key);
	wish.now = exchange.now;
	wish.time = exchange.time;
	wish.state = exchange.state;
	wish.flags = exchange.flags;
	exchange.answer = flows_add(&wish);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
