// SPDX-License-Identifier: GPL-2.0-only
/*
 * mark_early - XDP writes a mark to the metadata in front of the packet. tc
 * copies it to the mark of the skb, which iptables and routing can match.
 * Packets without metadata get another mark.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da obj build/tutorial/mark_early.o \
 *		sec ingress
 *	ip link set dev eth0 xdp obj build/tutorial/mark_early.o sec xdp
 *	iptables -A INPUT -m mark --mark 42
 *
 * tc-scripts/tutorial/metadata does the first three.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

struct tut_note {
	__u32 mark;
};

_Static_assert(sizeof(struct tut_note) % 4 == 0, "the kernel wants 4 bytes");

const volatile __u32 mark_early_mark = 42;
const volatile __u32 mark_early_no_note = 41;

SEC("xdp")
int mark_early_xdp(struct xdp_md *ctx)
{
	struct tut_note *note;
	void *data;

	/* A driver that has no room for notes says so here. */
	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*note)))
		return XDP_PASS;
	/* The packet may be elsewhere now: read where only after the call. */
	data = (void *)(long)ctx->data;
	note = (void *)(long)ctx->data_meta;
	if ((void *)(note + 1) > data)
		return XDP_PASS;
	note->mark = mark_early_mark;
	return XDP_PASS;
}

SEC("ingress")
int mark_early_ingress(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	struct tut_note *note = (void *)(long)skb->data_meta;

	if ((void *)(note + 1) > data)
		skb->mark = mark_early_no_note;
	else
		skb->mark = note->mark;
	return TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "GPL";
