// SPDX-License-Identifier: GPL-2.0-only
/*
 * tag - sets the VLAN tag in the metadata of a skb, which BPF_PROG_TEST_RUN
 * cannot do, and tail-calls the program under test.
 *
 * The tag is the skb's mark. The caller fills the slot.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define NOT_TAGGED 100
#define NOT_CALLED 101

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} tagged SEC(".maps");

SEC("ingress")
int tag_ingress(struct __sk_buff *skb)
{
	if (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), skb->mark) < 0)
		return NOT_TAGGED;
	bpf_tail_call(skb, &tagged, 0);
	return NOT_CALLED;
}

char LICENSE[] SEC("license") = "GPL";
