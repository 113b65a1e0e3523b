// SPDX-License-Identifier: GPL-2.0-only
/*
 * tunnel_get - passes packets of one virtual network from a tunnel device, and
 * sets their mark to the last byte of the remote address.
 *
 *	ip link add vxlan0 type vxlan external dstport 4789
 *	tc qdisc add dev vxlan0 clsact
 *	tc filter add dev vxlan0 ingress bpf da \
 *		obj build/tutorial/tunnel_get.o sec ingress
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

const volatile __u32 tunnel_get_id = 42;

SEC("ingress")
int tunnel_get(struct __sk_buff *skb)
{
	struct bpf_tunnel_key key = {};

	if (bpf_skb_get_tunnel_key(skb, &key, sizeof(key), 0) ||
	    key.tunnel_id != tunnel_get_id)
		return TC_ACT_SHOT;
	skb->mark = key.remote_ipv4 & 0xff;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
