// SPDX-License-Identifier: GPL-2.0-only
/*
 * rewrite_port - rewrites TCP ports: the destination port 8888 to 8080 at
 * ingress, and the source port 8080 to 8888 at egress.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da \
 *		obj build/tutorial/rewrite_port.o sec ingress
 *	tc filter add dev eth0 egress bpf da \
 *		obj build/tutorial/rewrite_port.o sec egress
 *
 * A port is in the sum of TCP, and not in the pseudo header: no flag for that.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define IP_AT ETH_HLEN
#define TCP_AT (IP_AT + sizeof(struct iphdr))

static __always_inline int rewrite(struct __sk_buff *skb, __u32 at, __u16 old,
				   __u16 new)
{
	__be16 from = bpf_htons(old), to = bpf_htons(new), port = 0;
	__u8 protocol = 0;

	bpf_skb_load_bytes(skb, IP_AT + offsetof(struct iphdr, protocol),
			   &protocol, sizeof(protocol));
	bpf_skb_load_bytes(skb, at, &port, sizeof(port));
	if (skb->protocol != bpf_htons(ETH_P_IP) || protocol != IPPROTO_TCP ||
	    port != from)
		return TC_ACT_OK;
	bpf_l4_csum_replace(skb, TCP_AT + offsetof(struct tcphdr, check), from,
			    to, sizeof(to));
	bpf_skb_store_bytes(skb, at, &to, sizeof(to), 0);
	return TC_ACT_OK;
}

SEC("ingress")
int rewrite_port_ingress(struct __sk_buff *skb)
{
	return rewrite(skb, TCP_AT + offsetof(struct tcphdr, dest), 8888, 8080);
}

SEC("egress")
int rewrite_port_egress(struct __sk_buff *skb)
{
	return rewrite(skb, TCP_AT + offsetof(struct tcphdr, source), 8080,
		       8888);
}

char LICENSE[] SEC("license") = "GPL";
