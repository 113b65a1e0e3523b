// SPDX-License-Identifier: GPL-2.0-only
/*
 * rewrite_ipv4 - rewrites the destination 198.51.100.77 to 198.51.100.2. An
 * address is part of two checksums: that of the IPv4 header and, through the
 * pseudo header, that of TCP.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da \
 *		obj build/tutorial/rewrite_ipv4.o sec rewrite
 *
 * Headers without options only, to stay short.
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

SEC("rewrite")
int rewrite_ipv4(struct __sk_buff *skb)
{
	__be32 from = bpf_htonl(0xc633644d), to = bpf_htonl(0xc6336402);
	struct iphdr ip;

	if (bpf_skb_load_bytes(skb, IP_AT, &ip, sizeof(ip)) ||
	    skb->protocol != bpf_htons(ETH_P_IP) || ip.daddr != from)
		return TC_ACT_OK;
	if (ip.protocol == IPPROTO_TCP)
		bpf_l4_csum_replace(skb,
				    TCP_AT + offsetof(struct tcphdr, check),
				    from, to, BPF_F_PSEUDO_HDR | sizeof(to));
	bpf_l3_csum_replace(skb, IP_AT + offsetof(struct iphdr, check), from,
			    to, sizeof(to));
	bpf_skb_store_bytes(skb, IP_AT + offsetof(struct iphdr, daddr), &to,
			    sizeof(to), 0);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
