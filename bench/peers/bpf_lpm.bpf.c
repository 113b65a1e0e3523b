// SPDX-License-Identifier: GPL-2.0-only
/* bpf_lpm - drops TCP packets whose port and source are in an LPM trie. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define PORT_BITS 16

struct key {
	__u32 length;
	__be16 port;
	__be16 source[2];
	__u16 unused; /* part of the address, not compared */
};

_Static_assert(sizeof(struct key) == 12, "as the list of rules has it");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 131072);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} bench_trie SEC(".maps");

SEC("xdp")
int bpf_lpm(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__be16 *ports;
	struct key key = { .length = PORT_BITS + 32 };

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->protocol != IPPROTO_TCP || ip->frag_off & bpf_htons(0x1fff))
		return XDP_PASS;
	ports = (void *)ip + ip->ihl * 4;
	if ((void *)(ports + 2) > end)
		return XDP_PASS;
	key.port = ports[1];
	__builtin_memcpy(key.source, &ip->saddr, sizeof(ip->saddr));
	return bpf_map_lookup_elem(&bench_trie, &key) ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
