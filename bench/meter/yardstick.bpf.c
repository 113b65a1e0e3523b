// SPDX-License-Identifier: GPL-2.0-only
/*
 * yardstick - costs to compare with: one lookup in a hash of flows or in a trie
 * of destination prefixes, as a hand-written filter would do it; or a chain of
 * dependent loads, the memory latency that every lookup includes. Each has a
 * baseline that does everything but the lookup. Packets are IPv4 without
 * options, as parsing is not measured.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_helpers.h>

#include "yardstick.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct yardstick_flow);
	__type(value, __u32);
} yardstick_flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct yardstick_prefix);
	__type(value, __u32);
} yardstick_trie SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct yardstick_line);
} yardstick_lines SEC(".maps");

/* number of entries */
const volatile __u32 yardstick_entries = 1;

struct headers {
	struct ethhdr eth;
	struct iphdr ip;
	__be16 sport, dport;
} __attribute__((packed));

static __always_inline struct headers *headers_of(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;

	if (data + sizeof(struct headers) > (void *)(long)ctx->data_end)
		return NULL;
	return data;
}

/* Makes clang build the key in the baseline as well. */
#define KEEP(key) asm volatile("" : : "r"(&(key)) : "memory")

static __always_inline int flow(struct xdp_md *ctx, int looks_up)
{
	struct headers *headers = headers_of(ctx);
	struct yardstick_flow key = {};

	if (!headers)
		return XDP_ABORTED;
	key.source = headers->ip.saddr;
	key.target = headers->ip.daddr;
	key.sport = headers->sport;
	key.dport = headers->dport;
	key.protocol = headers->ip.protocol;
	KEEP(key);
	if (looks_up && bpf_map_lookup_elem(&yardstick_flows, &key))
		return XDP_DROP;
	return XDP_PASS;
}

static __always_inline int prefix(struct xdp_md *ctx, int looks_up)
{
	struct headers *headers = headers_of(ctx);
	struct yardstick_prefix key = { .length = 32 };

	if (!headers)
		return XDP_ABORTED;
	key.address = headers->ip.daddr;
	KEEP(key);
	if (looks_up && bpf_map_lookup_elem(&yardstick_trie, &key))
		return XDP_DROP;
	return XDP_PASS;
}

static __always_inline int lines(struct xdp_md *ctx, int looks_up)
{
	struct headers *headers = headers_of(ctx);
	__u32 key;

	if (!headers)
		return XDP_ABORTED;
	key = (__u64)headers->ip.saddr * yardstick_entries >> 32;
	KEEP(key);
	if (!looks_up)
		return XDP_PASS;
	for (int i = 0; i < YARDSTICK_LOADS; i++) {
		struct yardstick_line *line =
			bpf_map_lookup_elem(&yardstick_lines, &key);

		if (!line)
			return XDP_PASS;
		key = line->next;
	}
	return key < yardstick_entries ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int hash_lookup(struct xdp_md *ctx)
{
	return flow(ctx, 1);
}

SEC("xdp")
int hash_baseline(struct xdp_md *ctx)
{
	return flow(ctx, 0);
}

SEC("xdp")
int lpm_lookup(struct xdp_md *ctx)
{
	return prefix(ctx, 1);
}

SEC("xdp")
int lpm_baseline(struct xdp_md *ctx)
{
	return prefix(ctx, 0);
}

SEC("xdp")
int lines_lookup(struct xdp_md *ctx)
{
	return lines(ctx, 1);
}

SEC("xdp")
int lines_baseline(struct xdp_md *ctx)
{
	return lines(ctx, 0);
}

char LICENSE[] SEC("license") = "GPL";
