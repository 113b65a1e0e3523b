// SPDX-License-Identifier: GPL-2.0-only
/*
 * tell - sends an event to user space for each ICMP packet: its length, and its
 * first bytes. bpftool reads the events.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da \
 *		obj build/tutorial/tell.o sec ingress
 *	bpftool map event_pipe pinned /sys/fs/bpf/tc/globals/tut_events
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

#define PACKET_BYTES 34ULL /* the Ethernet and the IP header */

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tut_events SEC(".maps");

SEC("ingress")
int tell(struct __sk_buff *skb)
{
	__u32 offset = ETH_HLEN + offsetof(struct iphdr, protocol);
	__u32 length = skb->len;
	__u8 protocol = 0;

	bpf_skb_load_bytes(skb, offset, &protocol, sizeof(protocol));
	if (protocol == IPPROTO_ICMP)
		bpf_perf_event_output(skb, &tut_events,
				      BPF_F_CURRENT_CPU | PACKET_BYTES << 32,
				      &length, sizeof(length));
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
