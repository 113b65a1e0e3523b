// SPDX-License-Identifier: GPL-2.0-only
/*
 * class_direct - chooses the class of a packet with direct-action: tc_classid
 * has the minor number, and the return value is the verdict. ICMP goes to class
 * :10, all other packets to the default class.
 *
 *	tc qdisc add dev eth0 root handle 1: htb default 20
 *	tc filter add dev eth0 parent 1: bpf da \
 *		obj build/tutorial/class_direct.o sec classify classid 1:
 *
 * The major number comes from the filter's classid: without it, no class.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

SEC("classify")
int class_direct(struct __sk_buff *skb)
{
	__u32 offset = ETH_HLEN + offsetof(struct iphdr, protocol);
	__u8 protocol = 0;

	bpf_skb_load_bytes(skb, offset, &protocol, sizeof(protocol));
	if (protocol != IPPROTO_ICMP)
		return TC_ACT_UNSPEC;
	skb->tc_classid = 0x10;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
