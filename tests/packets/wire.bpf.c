// SPDX-License-Identifier: GPL-2.0-only
/*
 * wire - what the devices of tests/replies/wire run besides the policy.
 *
 * egress moves the outermost VLAN tag of a packet into the metadata of the skb,
 * where a VLAN device puts it. bpf_skb_vlan_pop() removes the outermost tag and
 * moves the next one to the metadata; the push puts that one back into the
 * packet.
 *
 * xdp only passes: a veth sends what native XDP answers to a peer that has an
 * XDP program, and to no other.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct tag {
	__be16 protocol;
	__be16 tci;
};

SEC("egress")
int wire_egress(struct __sk_buff *skb)
{
	struct tag tag;

	if (skb->vlan_present ||
	    bpf_skb_load_bytes(skb, 2 * ETH_ALEN, &tag, sizeof(tag)) < 0)
		return TC_ACT_UNSPEC;
	if (tag.protocol != bpf_htons(ETH_P_8021Q) &&
	    tag.protocol != bpf_htons(ETH_P_8021AD))
		return TC_ACT_UNSPEC;
	if (bpf_skb_vlan_pop(skb) < 0 ||
	    bpf_skb_vlan_push(skb, tag.protocol, bpf_ntohs(tag.tci)) < 0)
		return TC_ACT_SHOT;
	return TC_ACT_UNSPEC;
}

SEC("xdp")
int wire_xdp(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
