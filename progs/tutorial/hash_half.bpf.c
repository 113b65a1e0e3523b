// SPDX-License-Identifier: GPL-2.0-only
/*
 * hash_half - drops half of the flows, by the hash of their addresses and
 * ports. All packets of a flow get the same verdict.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da \
 *		obj build/tutorial/hash_half.o sec ingress
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

SEC("ingress")
int hash_half(struct __sk_buff *skb)
{
	return bpf_get_hash_recalc(skb) % 2 ? TC_ACT_SHOT : TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
