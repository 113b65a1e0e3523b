// SPDX-License-Identifier: GPL-2.0-only
/*
 * hello - prints "Hello, World!" to the kernel's trace for every packet, on any
 * hook, and lets the packet pass.
 *
 *	obj=build/tutorial/hello.o
 *	ip link set dev tap0 xdp obj $obj sec xdp
 *	tc filter add dev tap0 ingress bpf da obj $obj sec hello
 *	build/tutorial/pin-filter $obj hello /sys/fs/bpf/hello
 *	build/tutorial/tap-steer tap0 $obj hello
 *	cat /sys/kernel/tracing/trace_pipe
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __always_inline void say_hello(void)
{
	char words[16];

	/*
	 * Eight letters fit into an instruction. A longer string would become
	 * a map of the object, and not every card (xdpoffload) takes maps.
	 */
	__builtin_memcpy(words, "Hello, W", 8);
	__builtin_memcpy(words + 8, "orld!\0\0", 8);
	bpf_trace_printk(words, sizeof(words));
}

/* 0 is XDP_ABORTED, so XDP needs a section of its own. */
SEC("xdp")
int hello_xdp(void *ctx)
{
	say_hello();
	return XDP_PASS;
}

/* 0 is "go on" for tc, "no match" for iptables, "queue 0" for a tap device. */
SEC("hello")
int hello_elsewhere(void *ctx)
{
	say_hello();
	return 0;
}

char _license[] SEC("license") = "GPL";
