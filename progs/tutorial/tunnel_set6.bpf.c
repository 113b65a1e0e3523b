// SPDX-License-Identifier: GPL-2.0-only
/*
 * tunnel_set6 - tunnel_set for a remote end with an IPv6 address.
 *
 *	ip link add vxlan0 type vxlan external dstport 4789
 *	tc qdisc add dev vxlan0 clsact
 *	tc filter add dev vxlan0 egress bpf da \
 *		obj build/tutorial/tunnel_set6.o sec egress
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* the last word of 2001:db8::2, and not in network order */
const volatile __u32 tunnel_set6_host = 2;

SEC("egress")
int tunnel_set6(struct __sk_buff *skb)
{
	struct bpf_tunnel_key key = {
		.tunnel_id = 42,
		.remote_ipv6 = { bpf_htonl(0x20010db8), 0, 0,
				 bpf_htonl(tunnel_set6_host) },
		.tunnel_ttl = 64,
	};

	/* UDP over IPv6 needs its checksum, so no BPF_F_ZERO_CSUM_TX */
	if (bpf_skb_set_tunnel_key(skb, &key, sizeof(key), BPF_F_TUNINFO_IPV6))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
