// SPDX-License-Identifier: GPL-2.0-only
/*
 * jump - a program that tail-calls slot 0 of a prog array, and two programs
 * that can be put there while packets are processed.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da obj build/tutorial/jump.o sec root
 *	tc exec bpf graft /sys/fs/bpf/tc/globals/tut_jumps key 0 \
 *		object-file build/tutorial/jump.o section drop
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tut_jumps SEC(".maps");

SEC("root")
int jump_root(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &tut_jumps, 0);
	/* Here only if the slot is empty. */
	return TC_ACT_OK;
}

SEC("drop")
int jump_drop(struct __sk_buff *skb)
{
	return TC_ACT_SHOT;
}

SEC("pass")
int jump_pass(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
