// SPDX-License-Identifier: GPL-2.0-only
/*
 * rewrite_ipv6 - rewrites the destination 2001:db8::77 to 2001:db8::2. IPv6 has
 * no checksum, but TCP's checksum covers the addresses. They are too long for
 * one call of bpf_l4_csum_replace, so it is passed their difference.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da \
 *		obj build/tutorial/rewrite_ipv6.o sec rewrite
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define IP_AT ETH_HLEN
#define TCP_AT (IP_AT + sizeof(struct ipv6hdr))

SEC("rewrite")
int rewrite_ipv6(struct __sk_buff *skb)
{
	__be32 to[4] = { bpf_htonl(0x20010db8), 0, 0, bpf_htonl(0x02) };
	struct ipv6hdr ip;
	__s64 difference;

	if (bpf_skb_load_bytes(skb, IP_AT, &ip, sizeof(ip)) ||
	    skb->protocol != bpf_htons(ETH_P_IPV6) ||
	    ip.daddr.in6_u.u6_addr32[0] != to[0] ||
	    ip.daddr.in6_u.u6_addr32[3] != bpf_htonl(0x77))
		return TC_ACT_OK;
	difference = bpf_csum_diff(ip.daddr.in6_u.u6_addr32, sizeof(to), to,
				   sizeof(to), 0);
	if (ip.nexthdr == IPPROTO_TCP)
		bpf_l4_csum_replace(skb,
				    TCP_AT + offsetof(struct tcphdr, check), 0,
				    difference, BPF_F_PSEUDO_HDR);
	bpf_skb_store_bytes(skb, IP_AT + offsetof(struct ipv6hdr, daddr), to,
			    sizeof(to), 0);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
