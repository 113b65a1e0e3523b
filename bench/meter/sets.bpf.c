// SPDX-License-Identifier: GPL-2.0-only
/*
 * sets - one lookup of a source address in a table of sets, in a hash and in a
 * trie of the kernel with the same entries, and the baseline that does all but
 * the lookup. Packets are IPv4 without options, as those of the yardsticks, or
 * IPv6.
 */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>

#include "set_program.h"
#include "yardstick.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} sets_hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct yardstick_prefix);
	__type(value, __u32);
} sets_lpm SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct yardstick_prefix6);
	__type(value, __u32);
} sets_lpm6 SEC(".maps");

static __always_inline int read_source(struct xdp_md *ctx,
				       struct tg_set_key *key)
{
	void *data = (void *)(long)ctx->data;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct ipv6hdr *ip6 = (void *)ip;

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return -1;
	*key = (struct tg_set_key){
		.words = { bpf_ntohl(ip->saddr) },
		.form = TG_SET_FORM_IP4(32),
	};
	if (ip->version == 6) {
		if ((void *)(ip6 + 1) > (void *)(long)ctx->data_end)
			return -1;
		for (int i = 0; i < 4; i++)
			key->words[i] = bpf_ntohl(ip6->saddr.s6_addr32[i]);
		key->form = TG_SET_FORM_IP6(128);
	}
	/* clang makes the key in all programs */
	asm volatile("" : : "r"(key) : "memory");
	return 0;
}

SEC("xdp")
int sets_baseline(struct xdp_md *ctx)
{
	struct tg_set_key key;

	return read_source(ctx, &key) < 0 ? XDP_ABORTED : XDP_PASS;
}

/* As in a policy, a lookup is a function that the verifier checks by itself. */
__noinline __u32 sets_of(const struct tg_set_key *key)
{
	return key ? tg_sets_of(key) : 0;
}

SEC("xdp")
int sets_lookup(struct xdp_md *ctx)
{
	struct tg_set_key key;

	if (read_source(ctx, &key) < 0)
		return XDP_ABORTED;
	return sets_of(&key) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int sets_hash_lookup(struct xdp_md *ctx)
{
	struct tg_set_key key;

	if (read_source(ctx, &key) < 0)
		return XDP_ABORTED;
	return bpf_map_lookup_elem(&sets_hash, &key.words[0]) ? XDP_DROP
							      : XDP_PASS;
}

SEC("xdp")
int sets_lpm_lookup(struct xdp_md *ctx)
{
	struct yardstick_prefix6 prefix6 = { .length = 128 };
	struct yardstick_prefix prefix = { .length = 32 };
	struct tg_set_key key;

	if (read_source(ctx, &key) < 0)
		return XDP_ABORTED;
	if (key.form == TG_SET_FORM_IP6(128)) {
		for (int i = 0; i < 4; i++)
			prefix6.address[i] = bpf_htonl(key.words[i]);
		return bpf_map_lookup_elem(&sets_lpm6, &prefix6) ? XDP_DROP
								 : XDP_PASS;
	}
	prefix.address = bpf_htonl(key.words[0]);
	return bpf_map_lookup_elem(&sets_lpm, &prefix) ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
