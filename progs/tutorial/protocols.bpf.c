// SPDX-License-Identifier: GPL-2.0-only
/*
 * protocols - counts packets by IP protocol in a per-CPU array, so that two
 * CPUs never write to the same counter. One program passes the packets, the
 * other one drops them.
 *
 *	ip link set dev eth0 xdp obj build/tutorial/protocols.o \
 *		program protocols_pass
 *	build/tutorial/protocol_rate
 */
#include "protocols.h"

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TUT_PROTOCOLS);
	__type(key, __u32);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tut_protocols SEC(".maps");

static __always_inline void count(struct xdp_md *ctx)
{
	__u32 protocol = tut_protocol(ctx);
	__u64 *packets = bpf_map_lookup_elem(&tut_protocols, &protocol);

	if (packets)
		(*packets)++;
}

SEC("xdp")
int protocols_pass(struct xdp_md *ctx)
{
	count(ctx);
	return XDP_PASS;
}

SEC("xdp")
int protocols_drop(struct xdp_md *ctx)
{
	count(ctx);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
