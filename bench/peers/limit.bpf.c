// SPDX-License-Identifier: GPL-2.0-only
/* limit - drops everything; the upper limit for any filter. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int limit_xdp(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_DROP;
}

SEC("ingress")
int limit_ingress(struct __sk_buff *skb __attribute__((unused)))
{
	return TC_ACT_SHOT;
}

SEC("egress")
int limit_egress(struct __sk_buff *skb __attribute__((unused)))
{
	return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "GPL";
