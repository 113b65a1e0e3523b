// SPDX-License-Identifier: GPL-2.0-only
/*
 * verdicts - two verdicts after which a packet is gone. TC_ACT_SHOT counts as a
 * drop, TC_ACT_STOLEN does not: the program has taken the packet.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da \
 *		obj build/tutorial/verdicts.o sec stolen
 *	tc -s qdisc show dev eth0 clsact
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

SEC("shot")
int verdicts_shot(struct __sk_buff *skb)
{
	return TC_ACT_SHOT;
}

SEC("stolen")
int verdicts_stolen(struct __sk_buff *skb)
{
	return TC_ACT_STOLEN;
}

char LICENSE[] SEC("license") = "GPL";
