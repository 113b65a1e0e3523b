// SPDX-License-Identifier: GPL-2.0-only
/*
 * redirect_peer - redirects received packets to the other end of a veth, which
 * may be in another namespace, without a queue in between. Ingress only.
 *
 *	build/tg-splice build/tutorial/redirect_peer.o -o /tmp/peer.o \
 *		redirect_peer_of=$(ip -o link show veth0 | cut -d: -f1)
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da obj /tmp/peer.o sec ingress
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

const volatile __u32 redirect_peer_of = 0;

SEC("ingress")
int redirect_peer(struct __sk_buff *skb)
{
	return bpf_redirect_peer(redirect_peer_of, 0);
}

char LICENSE[] SEC("license") = "GPL";
