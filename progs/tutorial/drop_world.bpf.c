// SPDX-License-Identifier: GPL-2.0-only
/*
 * drop_world - the smallest firewall: everything that the device receives is
 * gone before the kernel has made anything of it.
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
