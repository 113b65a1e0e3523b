// SPDX-License-Identifier: GPL-2.0-only
/*
 * flows - one lookup of a packet's flow in a table of flows, or in a hash of
 * the kernel with the same keys, and the baseline that does all but the lookup.
 * Packets are IPv4 without options, as those of the yardsticks.
 */
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>

#include "flow_program.h"
#include "flows_value.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct tg_flow_key);
	__type(value, struct flows_value);
} flows_hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct tg_flow_key);
	__type(value, struct flows_value);
} flows_lru SEC(".maps");

const volatile __u32 flows_times[TG_FLOW_STATES_MAX] = {
#define FLOWS_TIME(name, text, seconds, rank) TG_FLOW_TIME(seconds),
	TG_FLOW_STATE_LIST(FLOWS_TIME)
};

struct headers {
	struct ethhdr eth;
	struct iphdr ip;
	__be16 sport, dport;
} __attribute__((packed));

static __always_inline int read_key(struct xdp_md *ctx, struct tg_flow_key *key)
{
	struct headers *headers = (void *)(long)ctx->data;

	if ((void *)(headers + 1) > (void *)(long)ctx->data_end)
		return -1;
	*key = (struct tg_flow_key){
		.low = { bpf_ntohl(headers->ip.saddr) },
		.high = { bpf_ntohl(headers->ip.daddr) },
		.low_port = bpf_ntohs(headers->sport),
		.high_port = bpf_ntohs(headers->dport),
		.protocol = headers->ip.protocol,
		.form = TG_FLOW_IP4,
	};
	tg_flow_order(key);
	/* clang makes the key in all programs */
	asm volatile("" : : "r"(key) : "memory");
	return 0;
}

/* `prolongs` is a constant where it is called. */
static __always_inline int find(const struct tg_flow_key *key, int prolongs)
{
	struct tg_flow_head *head = tg_flow_line(0, TG_FLOW_HEAD_LINE);
	struct tg_flow_place place;
	__u32 now;

	if (!key || !head)
		return 0;
	now = tg_flow_clock(head, 0);
	if (!tg_flow_find(0, head, key, tg_flow_hash(head, key), now, &place))
		return 0;
	return !prolongs ||
	       tg_flow_update(&place, TG_FLOW_STATE_OF(place.seen),
			      TG_FLOW_FLAGS(place.seen), now, flows_times);
}

__noinline int flows_find(const struct tg_flow_key *key)
{
	return find(key, 0);
}

__noinline int flows_find_and_prolong(const struct tg_flow_key *key)
{
	return find(key, 1);
}

SEC("xdp")
int flows_baseline(struct xdp_md *ctx)
{
	struct tg_flow_key key;

	return read_key(ctx, &key) < 0 ? XDP_ABORTED : XDP_PASS;
}

SEC("xdp")
int flows_lookup(struct xdp_md *ctx)
{
	struct tg_flow_key key;

	if (read_key(ctx, &key) < 0)
		return XDP_ABORTED;
	return flows_find(&key) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int flows_prolong(struct xdp_md *ctx)
{
	struct tg_flow_key key;

	if (read_key(ctx, &key) < 0)
		return XDP_ABORTED;
	return flows_find_and_prolong(&key) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int flows_hash_lookup(struct xdp_md *ctx)
{
	struct tg_flow_key key;

	if (read_key(ctx, &key) < 0)
		return XDP_ABORTED;
	return bpf_map_lookup_elem(&flows_hash, &key) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int flows_lru_lookup(struct xdp_md *ctx)
{
	struct tg_flow_key key;

	if (read_key(ctx, &key) < 0)
		return XDP_ABORTED;
	return bpf_map_lookup_elem(&flows_lru, &key) ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
