// SPDX-License-Identifier: GPL-2.0-only
/*
 * three_answers - egress counts the ICMP packets that the device has sent;
 * ingress drops ICMP when the count is three. The map is pinned by name, so
 * both programs share it.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 egress bpf da \
 *		obj build/tutorial/three_answers.o sec egress
 *	tc filter add dev eth0 ingress bpf da \
 *		obj build/tutorial/three_answers.o sec ingress
 *	bpftool map dump pinned /sys/fs/bpf/tc/globals/tut_answers
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tut_answers SEC(".maps");

static __always_inline bool is_icmp(struct __sk_buff *skb)
{
	__u32 offset = ETH_HLEN + offsetof(struct iphdr, protocol);
	__u8 protocol = 0;

	bpf_skb_load_bytes(skb, offset, &protocol, sizeof(protocol));
	return protocol == IPPROTO_ICMP;
}

SEC("egress")
int three_answers_egress(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u64 *answers = bpf_map_lookup_elem(&tut_answers, &key);

	if (answers && is_icmp(skb))
		__sync_fetch_and_add(answers, 1);
	return TC_ACT_OK;
}

SEC("ingress")
int three_answers_ingress(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u64 *answers = bpf_map_lookup_elem(&tut_answers, &key);

	if (answers && *answers >= 3 && is_icmp(skb))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
