/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The limits of what a policy sends by itself: all answers of `reject`
 * together, so that packets with a false sender can't make this host answer
 * somebody else at their rate, and the events of each rule with `log`. They
 * start anew with each program.
 */
#ifndef TG_POLICY_SENT_H
#define TG_POLICY_SENT_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "limit_schedule.h"

/* Entries: the schedule of all answers, then, if rules log, one per rule. */
#define TG_SENT_ANSWERS 0
#define TG_SENT_LOG(rule) (1 + (rule))

/* The compiler replaces the number of entries: see BLOCKS. */
#define SENT_ENTRIES 21

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SENT_ENTRIES);
	__type(key, __u32);
	__type(value, __u64);
} tgp_sent SEC(".maps");

/* A global function: its frame is taken only while it runs. */
__noinline int tg_may_send(__u32 number, __u64 price, __u64 burst)
{
	struct tg_limit_bill bill = { .cost = price,
				      .burst = burst,
				      .beyond = 2 * burst };
	__u64 *schedule = bpf_map_lookup_elem(&tgp_sent, &number);

	if (!schedule)
		return 1;
	bill.now = TG_LIMIT_TIME(bpf_ktime_get_ns());
	return tg_limit_pay(schedule, &bill);
}

#endif
