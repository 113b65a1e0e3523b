// SPDX-License-Identifier: GPL-2.0-only
/*
 * class_return - chooses the class of a packet without direct-action: it
 * returns the class. 0 means that the filter does not match, and -1 selects
 * the class that the filter was given.
 *
 *	tc qdisc add dev eth0 root handle 1: htb default 20
 *	tc filter add dev eth0 parent 1: bpf \
 *		obj build/tutorial/class_return.o sec classify classid 1:30
 *
 * A verdict it can't give: that is for the filter's actions.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_sched.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

SEC("classify")
int class_return(struct __sk_buff *skb)
{
	__u32 offset = ETH_HLEN + offsetof(struct iphdr, protocol);
	__u8 protocol = 0;

	bpf_skb_load_bytes(skb, offset, &protocol, sizeof(protocol));
	if (protocol == IPPROTO_ICMP)
		return TC_H_MAKE(1 << 16, 0x10);
	return protocol == IPPROTO_TCP ? -1 : 0;
}

char LICENSE[] SEC("license") = "GPL";
