// SPDX-License-Identifier: GPL-2.0-only
/*
 * queue_pick - sends all packets through the second transmit queue of a device.
 * Queues count from 1 here, because 0 means "not set".
 *
 *	ip link add q0 numtxqueues 2 type veth peer name q1
 *	tc qdisc add dev q0 root handle 1: mq
 *	tc qdisc add dev q0 clsact
 *	tc filter add dev q0 egress bpf da \
 *		obj build/tutorial/queue_pick.o sec egress
 *	tc -s class show dev q0
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

SEC("egress")
int queue_pick(struct __sk_buff *skb)
{
	skb->queue_mapping = 2;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
