// SPDX-License-Identifier: GPL-2.0-only
/*
 * mirror - sends a copy of each packet to another device; the packet itself
 * passes unchanged. There, section sink drops the copies, which tcpdump has
 * seen by then, so that the stack does not answer them.
 *
 *	ip link add ifb0 type ifb
 *	ip link set dev ifb0 up
 *	tc qdisc add dev ifb0 clsact
 *	tc filter add dev ifb0 ingress bpf da \
 *		obj build/tutorial/mirror.o sec sink
 *	build/tg-splice build/tutorial/mirror.o -o /tmp/mirror.o \
 *		mirror_to=$(ip -o link show ifb0 | cut -d: -f1)
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da obj /tmp/mirror.o sec source
 *	tcpdump -nni ifb0
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

const volatile __u32 mirror_to = 0;

SEC("source")
int mirror_source(struct __sk_buff *skb)
{
	bpf_clone_redirect(skb, mirror_to, BPF_F_INGRESS);
	return TC_ACT_OK;
}

SEC("sink")
int mirror_sink(struct __sk_buff *skb)
{
	return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "GPL";
