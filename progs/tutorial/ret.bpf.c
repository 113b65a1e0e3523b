// SPDX-License-Identifier: GPL-2.0-only
/*
 * ret - a whole BPF program: put 0 into the register for results, and leave.
 *
 *	llvm-objdump -d build/tutorial/ret.o
 *	tc filter add dev eth0 ingress bpf da obj build/tutorial/ret.o sec ret
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("ret")
int ret_zero(void *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
