// SPDX-License-Identifier: GPL-2.0-only
/*
 * class_priority - selects an HTB class without an HTB filter: the priority of
 * the packet is the handle of the class. It is set at clsact egress, which runs
 * before the packet is queued.
 *
 *	tc qdisc add dev eth0 root handle 1: htb default 20
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 egress bpf da \
 *		obj build/tutorial/class_priority.o sec egress
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>

#include <bpf/bpf_helpers.h>

SEC("egress")
int class_priority(struct __sk_buff *skb)
{
	skb->priority = TC_H_MAKE(1 << 16, 0x10);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
