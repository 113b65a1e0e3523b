// SPDX-License-Identifier: GPL-2.0-only
/*
 * sample - sends a copy of about one packet in four, chosen at random, to
 * another device. Attach section sink of mirror there.
 *
 *	build/tg-splice build/tutorial/sample.o -o /tmp/sample.o \
 *		sample_to=$(ip -o link show ifb0 | cut -d: -f1)
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da obj /tmp/sample.o sec ingress
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

const volatile __u32 sample_to = 0;

SEC("ingress")
int sample(struct __sk_buff *skb)
{
	if (bpf_get_prandom_u32() % 4 == 0)
		bpf_clone_redirect(skb, sample_to, BPF_F_INGRESS);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
