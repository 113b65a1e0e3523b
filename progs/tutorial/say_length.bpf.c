// SPDX-License-Identifier: GPL-2.0-only
/*
 * say_length - prints the length of each packet to the kernel's trace.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da \
 *		obj build/tutorial/say_length.o sec ingress
 *	tc exec bpf debug
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

SEC("ingress")
int say_length(struct __sk_buff *skb)
{
	bpf_printk("say_length: %u bytes", skb->len);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
