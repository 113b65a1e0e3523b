// SPDX-License-Identifier: GPL-2.0-only
/*
 * pair_stats - counts packets per pair of addresses: XDP counts those received,
 * clsact egress those sent. Both use the same pinned map.
 *
 *	ip link set dev eth0 xdp obj build/tutorial/pair_stats.o sec xdp
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 egress bpf da obj build/tutorial/pair_stats.o \
 *		sec egress
 *	build/tutorial/pair_table
 */
#include "pair_stats.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* When it is full, the pair that was silent for longest makes room. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct tut_pair);
	__type(value, struct tut_pair_stats);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tut_pairs SEC(".maps");

static __always_inline void map_ipv4(__u8 *address, __be32 ipv4)
{
	address[10] = 0xff;
	address[11] = 0xff;
	__builtin_memcpy(address + 12, &ipv4, sizeof(ipv4));
}

/* The sender into from, the receiver into to; false if this is not IP. */
static __always_inline bool read_addresses(void *data, void *data_end,
					   __u8 *from, __u8 *to)
{
	struct ethhdr *eth = data;
	struct iphdr *ip4 = (void *)(eth + 1);
	struct ipv6hdr *ip6 = (void *)(eth + 1);

	if ((void *)(eth + 1) > data_end)
		return false;
	if (eth->h_proto == bpf_htons(ETH_P_IP) &&
	    (void *)(ip4 + 1) <= data_end) {
		map_ipv4(from, ip4->saddr);
		map_ipv4(to, ip4->daddr);
		return true;
	}
	if (eth->h_proto == bpf_htons(ETH_P_IPV6) &&
	    (void *)(ip6 + 1) <= data_end) {
		__builtin_memcpy(from, &ip6->saddr, sizeof(ip6->saddr));
		__builtin_memcpy(to, &ip6->daddr, sizeof(ip6->daddr));
		return true;
	}
	return false;
}

static __always_inline struct tut_pair_stats *
stats_of(const struct tut_pair *pair)
{
	const struct tut_pair_stats none = {};
	struct tut_pair_stats *stats = bpf_map_lookup_elem(&tut_pairs, pair);

	if (stats)
		return stats;
	/* The other hook, or CPU, may be faster: its entry stays. */
	bpf_map_update_elem(&tut_pairs, pair, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&tut_pairs, pair);
}

SEC("xdp")
int pair_stats_xdp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct tut_pair pair = {};
	struct tut_pair_stats *stats;

	if (!read_addresses(data, data_end, pair.remote, pair.local))
		return XDP_PASS;
	stats = stats_of(&pair);
	if (stats) {
		__sync_fetch_and_add(&stats->rx_packets, 1);
		__sync_fetch_and_add(&stats->rx_bytes, data_end - data);
	}
	return XDP_PASS;
}

SEC("egress")
int pair_stats_egress(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct tut_pair pair = {};
	struct tut_pair_stats *stats;

	if (!read_addresses(data, data_end, pair.local, pair.remote))
		return TC_ACT_UNSPEC;
	stats = stats_of(&pair);
	if (stats) {
		/* What TCP hands over may be cut into several packets later. */
		__sync_fetch_and_add(&stats->tx_packets,
				     skb->gso_segs ? skb->gso_segs : 1);
		__sync_fetch_and_add(&stats->tx_bytes, skb->len);
	}
	return TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "GPL";
