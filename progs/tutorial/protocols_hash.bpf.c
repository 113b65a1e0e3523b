// SPDX-License-Identifier: GPL-2.0-only
/*
 * protocols_hash - counts packets by IP protocol in a hash map, which only has
 * the protocols that were seen. All CPUs share it, so they add atomically.
 *
 *	ip link set dev eth0 xdp obj build/tutorial/protocols_hash.o sec xdp
 *	bpftool map dump pinned /sys/fs/bpf/tc/globals/tut_proto_hash
 */
#include "protocols.h"

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TUT_PROTOCOLS);
	__type(key, __u32);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tut_proto_hash SEC(".maps");

SEC("xdp")
int protocols_hash_xdp(struct xdp_md *ctx)
{
	__u32 protocol = tut_protocol(ctx);
	const __u64 zero = 0;
	__u64 *packets = bpf_map_lookup_elem(&tut_proto_hash, &protocol);

	if (!packets) {
		/* Another CPU may be faster: its entry stays. */
		bpf_map_update_elem(&tut_proto_hash, &protocol, &zero,
				    BPF_NOEXIST);
		packets = bpf_map_lookup_elem(&tut_proto_hash, &protocol);
	}
	if (packets)
		__sync_fetch_and_add(packets, 1);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
