// SPDX-License-Identifier: GPL-2.0-only
/*
 * choir - hello.bpf.c with a section per hook. Each prints the name of
 * its hook, and returns a value that lets the packet pass there:
 *
 *	choir=build/tutorial/choir.o
 *	ip link set dev tap0 xdp obj $choir sec xdp
 *	tc filter add dev tap0 ingress bpf da obj $choir sec ingress
 *	tc filter add dev tap0 egress bpf da obj $choir sec egress
 *	build/tutorial/pin-filter $choir input /sys/fs/bpf/input
 *	iptables -A INPUT -i tap0 -m bpf --object-pinned /sys/fs/bpf/input
 *	build/tutorial/pin-filter $choir output /sys/fs/bpf/output
 *	iptables -A OUTPUT -o tap0 -m bpf --object-pinned /sys/fs/bpf/output
 *	build/tutorial/tap-steer tap0 $choir steer
 */
#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define VOICE(section, location, verdict)                  \
	SEC(#section)                                      \
	int choir_##section(void *ctx)                     \
	{                                                  \
		char words[] = location ": Hello, World!"; \
                                                           \
		bpf_trace_printk(words, sizeof(words));    \
		return verdict;                            \
	}

VOICE(output, "iptables OUTPUT", false /* no match */)
VOICE(egress, "tc egress", TC_ACT_OK)
VOICE(steer, "tap steering", 0 /* the queue */)
VOICE(xdp, "xdp", XDP_PASS)
VOICE(ingress, "tc ingress", TC_ACT_OK)
VOICE(input, "iptables INPUT", false /* no match */)

char _license[] SEC("license") = "GPL";
