// SPDX-License-Identifier: GPL-2.0-only
/*
 * cgroup2_priority - sets the priority of packets of one cgroup (version 2).
 * The id of a cgroup is the inode number of its directory.
 *
 *	mkdir /sys/fs/cgroup/gold
 *	build/tg-splice build/tutorial/cgroup2_priority.o -o /tmp/gold.o \
 *		cgroup2_priority_id=$(stat -c %i /sys/fs/cgroup/gold)
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 egress bpf da obj /tmp/gold.o sec egress
 *	echo $$ >/sys/fs/cgroup/gold/cgroup.procs
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>

#include <bpf/bpf_helpers.h>

const volatile __u64 cgroup2_priority_id = 0;

SEC("egress")
int cgroup2_priority(struct __sk_buff *skb)
{
	if (bpf_skb_cgroup_id(skb) == cgroup2_priority_id)
		skb->priority = TC_H_MAKE(1 << 16, 0x10);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
