// SPDX-License-Identifier: GPL-2.0-only
/*
 * vlan_push - adds a VLAN tag, VLAN 5, to packets that are sent.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 egress bpf da \
 *		obj build/tutorial/vlan_push.o sec egress
 *	tcpdump -nne -i eth0	# at the other end
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("egress")
int vlan_push(struct __sk_buff *skb)
{
	if (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 5))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
