// SPDX-License-Identifier: GPL-2.0-only
/*
 * fanout - selects the socket of a fanout group for a packet: by the queue on
 * which it was received or is sent, or by the current CPU.
 *
 *	obj=build/tutorial/fanout.o
 *	build/tutorial/fanout tap0 $obj queue 2 ping 203.0.113.2
 *	build/tutorial/fanout tap0 $obj cpu 2 ping 203.0.113.2
 */
#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <bpf/bpf_helpers.h>

SEC("queue")
int fanout_queue(struct __sk_buff *skb)
{
	__u32 queue = skb->queue_mapping;

	if (skb->pkt_type == PACKET_OUTGOING)
		return queue;
	/* What is received has its queue's number plus one, or 0. */
	return queue ? queue - 1 : 0;
}

SEC("cpu")
int fanout_cpu(struct __sk_buff *skb)
{
	return bpf_get_smp_processor_id();
}

char _license[] SEC("license") = "GPL";
