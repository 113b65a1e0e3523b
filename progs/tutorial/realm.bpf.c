// SPDX-License-Identifier: GPL-2.0-only
/*
 * realm - drops packets whose route has realm 7.
 *
 *	ip route add 203.0.113.0/24 via 198.51.100.2 realm 7
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 egress bpf da \
 *		obj build/tutorial/realm.o sec egress
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

SEC("egress")
int realm(struct __sk_buff *skb)
{
	return bpf_get_route_realm(skb) == 7 ? TC_ACT_SHOT : TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
