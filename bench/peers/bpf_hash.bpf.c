// SPDX-License-Identifier: GPL-2.0-only
/* bpf_hash - drops packets whose source address is in a hash map. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 131072);
	__type(key, __be32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} bench_hosts SEC(".maps");

SEC("xdp")
int bpf_hash(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__be32 source;

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end ||
	    eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	source = ip->saddr;
	return bpf_map_lookup_elem(&bench_hosts, &source) ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
