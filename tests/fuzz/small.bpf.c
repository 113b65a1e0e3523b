// SPDX-License-Identifier: GPL-2.0-only
/*
 * A small seed for the splicer's fuzzer, with all kinds of sections, built
 * without debug data.
 */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

const volatile __u8 one = 1;
const volatile __u16 two = 2;
const volatile __u32 four = 4;
const volatile __u64 eight = 8;
const volatile __u8 table[24] SEC(".rodata.table") = { 1 };

SEC("ingress")
int small_ingress(struct __sk_buff *skb)
{
	return one + two + four + eight + table[skb->len % sizeof(table)];
}

char LICENSE[] SEC("license") = "GPL";
