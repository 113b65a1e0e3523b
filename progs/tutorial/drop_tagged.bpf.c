// SPDX-License-Identifier: GPL-2.0-only
/*
 * drop_tagged - an XDP program that drops frames with a VLAN tag in the frame
 * itself. A tag that the device has moved to the metadata is not in the frame,
 * and XDP has no access to that metadata.
 *
 *	ip link set dev eth0 xdp obj build/tutorial/drop_tagged.o sec xdp
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int drop_tagged(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;

	if (data + sizeof(*eth) > data_end)
		return XDP_PASS;
	if (eth->h_proto == bpf_htons(ETH_P_8021Q))
		return XDP_DROP;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
