/* SPDX-License-Identifier: GPL-2.0-only */
/* The protocol of a packet, as the programs that count by it see it. */
#ifndef TUT_PROTOCOLS_H
#define TUT_PROTOCOLS_H

#include <linux/bpf.h>

#define TUT_NOT_IP 256 /* behind the protocols that there can be */
#define TUT_PROTOCOLS 257

#ifdef __bpf__
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* Of IPv6 it is what the first header says: no extension is followed. */
static __always_inline __u32 tut_protocol(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip4 = (void *)(eth + 1);
	struct ipv6hdr *ip6 = (void *)(eth + 1);

	if ((void *)(eth + 1) > data_end)
		return TUT_NOT_IP;
	if (eth->h_proto == bpf_htons(ETH_P_IP) &&
	    (void *)(ip4 + 1) <= data_end)
		return ip4->protocol;
	if (eth->h_proto == bpf_htons(ETH_P_IPV6) &&
	    (void *)(ip6 + 1) <= data_end)
		return ip6->nexthdr;
	return TUT_NOT_IP;
}
#endif

#endif
