// SPDX-License-Identifier: GPL-2.0-only
/*
 * notes - two filters on one hook. The first leaves two notes with the packet,
 * in cb[] and tc_index, and the second makes a mark of them.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress pref 1 bpf da \
 *		obj build/tutorial/notes.o sec first
 *	tc filter add dev eth0 ingress pref 2 bpf da \
 *		obj build/tutorial/notes.o sec second
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

SEC("first")
int notes_first(struct __sk_buff *skb)
{
	skb->cb[0] = 5;
	skb->tc_index = 7;
	return TC_ACT_UNSPEC;
}

SEC("second")
int notes_second(struct __sk_buff *skb)
{
	skb->mark = skb->cb[0] * 10 + skb->tc_index;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
