/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The limit of all answers of `reject` together, so that packets with a false
 * sender can't make this host answer somebody else at their rate. It starts
 * anew with each program.
 */
#ifndef TG_POLICY_REPLIES_H
#define TG_POLICY_REPLIES_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "limit_schedule.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} tgp_replies SEC(".maps");

/* A global function: its frame is taken only while it runs. */
__noinline int tg_may_reply(__u64 price, __u64 burst)
{
	struct tg_limit_bill bill = { .cost = price,
				      .burst = burst,
				      .beyond = 2 * burst };
	__u32 zero = 0;
	__u64 *schedule = bpf_map_lookup_elem(&tgp_replies, &zero);

	if (!schedule)
		return 1;
	bill.now = TG_LIMIT_TIME(bpf_ktime_get_ns());
	return tg_limit_pay(schedule, &bill);
}

#endif
