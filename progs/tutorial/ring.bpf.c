// SPDX-License-Identifier: GPL-2.0-only
/*
 * ring - an XDP program that drops ICMP, and puts the beginning of each dropped
 * packet into a ring buffer. ring-pcap makes a capture of it.
 *
 *	ip link set dev eth0 xdp obj build/tutorial/ring.o sec xdp
 *	build/tutorial/ring-pcap | tcpdump -nr -
 */
#include "ring.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024); /* bytes */
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tut_ring SEC(".maps");

static __always_inline void capture(struct xdp_md *ctx)
{
	__u64 length = bpf_xdp_get_buff_len(ctx);
	__u64 captured = length;
	struct tut_captured *entry;

	/* Both limits must be known of the very register that is the size. */
	barrier_var(captured);
	if (captured < ETH_HLEN)
		return;
	if (captured > TUT_RING_BYTES)
		captured = TUT_RING_BYTES;
	entry = bpf_ringbuf_reserve(&tut_ring, sizeof(*entry), 0);
	if (!entry)
		return; /* the ring is full: this packet is not captured */
	entry->time = bpf_ktime_get_ns();
	entry->length = length;
	entry->captured = captured;
	if (bpf_xdp_load_bytes(ctx, 0, entry->bytes, captured)) {
		bpf_ringbuf_discard(entry, 0);
		return;
	}
	bpf_ringbuf_submit(entry, 0);
}

SEC("xdp")
int ring(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);

	if ((void *)ip + sizeof(*ip) > data_end)
		return XDP_PASS;
	if (eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_ICMP)
		return XDP_PASS;
	capture(ctx);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
