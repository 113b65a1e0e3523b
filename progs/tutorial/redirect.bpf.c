// SPDX-License-Identifier: GPL-2.0-only
/*
 * redirect - redirects every packet: it is sent from another device (section
 * out), or handled as if another device had received it (section in). Both work
 * on ingress and on egress.
 *
 *	build/tg-splice build/tutorial/redirect.o -o /tmp/redirect.o \
 *		redirect_to=$(ip -o link show eth1 | cut -d: -f1)
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da obj /tmp/redirect.o sec out
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

const volatile __u32 redirect_to = 0;

SEC("out")
int redirect_out(struct __sk_buff *skb)
{
	return bpf_redirect(redirect_to, 0);
}

SEC("in")
int redirect_in(struct __sk_buff *skb)
{
	return bpf_redirect(redirect_to, BPF_F_INGRESS);
}

char LICENSE[] SEC("license") = "GPL";
