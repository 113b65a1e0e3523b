// SPDX-License-Identifier: GPL-2.0-only
/*
 * cgroup_priority - sets the priority of a packet to the classid of its
 * sender's net_cls cgroup (version 1).
 *
 *	mkdir /run/net_cls && mount -t cgroup -o net_cls net_cls /run/net_cls
 *	mkdir /run/net_cls/gold
 *	echo 0x10010 >/run/net_cls/gold/net_cls.classid
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 egress bpf da \
 *		obj build/tutorial/cgroup_priority.o sec egress
 *	echo $$ >/run/net_cls/gold/cgroup.procs
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

SEC("egress")
int cgroup_priority(struct __sk_buff *skb)
{
	skb->priority = bpf_get_cgroup_classid(skb);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
