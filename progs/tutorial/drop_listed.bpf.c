// SPDX-License-Identifier: GPL-2.0-only
/*
 * drop_listed - drops IPv4 packets from the prefixes in a map, which can be
 * changed at any time, and counts the packets dropped for each prefix.
 *
 *	ip link set dev eth0 xdp obj build/tutorial/drop_listed.o sec xdp
 *	bpftool map update pinned /sys/fs/bpf/tc/globals/tut_listed \
 *		key 24 0 0 0 198 51 100 0 value 0 0 0 0 0 0 0 0
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct tut_prefix {
	__u32 length; /* in bits */
	__be32 address;
};

/* A trie finds the longest prefix that fits. Its value: packets dropped. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1024);
	__type(key, struct tut_prefix);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tut_listed SEC(".maps");

SEC("xdp")
int drop_listed_xdp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tut_prefix sender = { .length = 32 };
	__u64 *dropped;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	sender.address = ip->saddr;
	dropped = bpf_map_lookup_elem(&tut_listed, &sender);
	if (!dropped)
		return XDP_PASS;
	__sync_fetch_and_add(dropped, 1);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
