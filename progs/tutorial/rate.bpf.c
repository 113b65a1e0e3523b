// SPDX-License-Identifier: GPL-2.0-only
/*
 * rate - passes one ICMP packet per half second and drops the others. The time
 * is from bpf_ktime_get_ns().
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da \
 *		obj build/tutorial/rate.o sec ingress
 *	ping -i 0.1 server
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

#define HALF_A_SECOND 500000000ULL

static __u64 next_at;

SEC("ingress")
int rate(struct __sk_buff *skb)
{
	__u32 offset = ETH_HLEN + offsetof(struct iphdr, protocol);
	__u64 now = bpf_ktime_get_ns(), due = next_at;
	__u8 protocol = 0;

	bpf_skb_load_bytes(skb, offset, &protocol, sizeof(protocol));
	if (protocol != IPPROTO_ICMP)
		return TC_ACT_OK;
	/* Of two CPUs that find it due, one wins. */
	if (now < due || __sync_val_compare_and_swap(
				 &next_at, due, now + HALF_A_SECOND) != due)
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
