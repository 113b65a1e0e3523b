// SPDX-License-Identifier: GPL-2.0-only
/*
 * drop_world - the smallest firewall: it drops every packet that the device
 * receives, before the kernel allocates an skb.
 *
 *	ip link set dev eth0 xdp obj build/tutorial/drop_world.o sec xdp
 *	ip link set dev eth0 xdp off
 *
 * With XDP_PASS for XDP_DROP it does nothing at all.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int drop_world_xdp(struct xdp_md *ctx)
{
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
