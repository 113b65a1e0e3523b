// SPDX-License-Identifier: GPL-2.0-only
/*
 * tunnel_set - sets the remote address of each packet, and virtual network 42,
 * for a tunnel device in external mode.
 *
 *	ip link add vxlan0 type vxlan external dstport 4789
 *	tc qdisc add dev vxlan0 clsact
 *	tc filter add dev vxlan0 egress bpf da \
 *		obj build/tutorial/tunnel_set.o sec egress
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

/* 198.51.100.2, and not in network order */
const volatile __u32 tunnel_set_remote = 0xc6336402;

SEC("egress")
int tunnel_set(struct __sk_buff *skb)
{
	struct bpf_tunnel_key key = {
		.tunnel_id = 42,
		.remote_ipv4 = tunnel_set_remote,
		.tunnel_ttl = 64,
	};

	/* without the flag, gre adds a checksum that the receiver rejects */
	if (bpf_skb_set_tunnel_key(skb, &key, sizeof(key), BPF_F_ZERO_CSUM_TX))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
