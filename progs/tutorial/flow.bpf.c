// SPDX-License-Identifier: GPL-2.0-only
/*
 * flow - lets in replies only. At egress each IPv4 packet is noted in a table
 *of flows, and at ingress a packet passes if its flow was noted not long ago.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 egress bpf da obj build/tutorial/flow.o sec
 *egress
 *	tc filter add dev eth0 ingress bpf da \
 *		obj build/tutorial/flow.o sec ingress
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define FRAGMENT_OFFSET 0x1fff
#define ICMP_ID_AT 4

const volatile __u64 flow_idle = 30000000000; /* ns */

struct tut_flow {
	__be32 local;
	__be32 remote;
	__be16 local_port;
	__be16 remote_port;
	__u32 protocol;
};

/* The value: when the flow was last seen at egress. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct tut_flow);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tut_flows SEC(".maps");

/* A later fragment and other protocols have no ports: they are 0. */
static __always_inline void read_ports(struct __sk_buff *skb,
				       const struct iphdr *ip, __be16 *ports)
{
	__u32 at = ETH_HLEN + ip->ihl * 4;

	if (ip->frag_off & bpf_htons(FRAGMENT_OFFSET))
		return;
	if (ip->protocol == IPPROTO_TCP || ip->protocol == IPPROTO_UDP) {
		bpf_skb_load_bytes(skb, at, ports, 4);
	} else if (ip->protocol == IPPROTO_ICMP) {
		bpf_skb_load_bytes(skb, at + ICMP_ID_AT, ports, 2);
		ports[1] = ports[0];
	}
}

/* Both directions of a connection have the same key. */
static __always_inline bool read_flow(struct __sk_buff *skb, bool sent,
				      struct tut_flow *flow)
{
	__be16 ports[2] = {};
	struct iphdr ip;

	if (skb->protocol != bpf_htons(ETH_P_IP) ||
	    bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)))
		return false;
	read_ports(skb, &ip, ports);
	flow->local = sent ? ip.saddr : ip.daddr;
	flow->remote = sent ? ip.daddr : ip.saddr;
	flow->local_port = ports[!sent];
	flow->remote_port = ports[sent];
	flow->protocol = ip.protocol;
	return true;
}

SEC("egress")
int flow_egress(struct __sk_buff *skb)
{
	__u64 now = bpf_ktime_get_ns();
	struct tut_flow flow;

	if (read_flow(skb, true, &flow))
		bpf_map_update_elem(&tut_flows, &flow, &now, BPF_ANY);
	return TC_ACT_OK;
}

SEC("ingress")
int flow_ingress(struct __sk_buff *skb)
{
	struct tut_flow flow;
	__u64 *seen;

	if (!read_flow(skb, false, &flow))
		return TC_ACT_OK;
	seen = bpf_map_lookup_elem(&tut_flows, &flow);
	if (!seen || bpf_ktime_get_ns() - *seen > flow_idle)
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
