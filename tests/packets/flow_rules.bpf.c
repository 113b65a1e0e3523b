// SPDX-License-Identifier: GPL-2.0-only
/*
 * flow_rules - a program with the map of flows, and what a policy says of them:
 * ingress drops all packets if a tool has prepared the table. As built, it does
 * not use flows.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include "policy_flow.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TG_FLOW_LINES_BUILT);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, TG_FLOW_LINE);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tgf_flows SEC(".maps");

const volatile struct tg_policy_flows of_policy SEC(".rodata.flows") = {
	.is_used = 0,
};

SEC("ingress")
int flows_ingress(struct __sk_buff *skb)
{
	__u32 line = TG_FLOW_HEAD_LINE;
	struct tg_flow_head *head = bpf_map_lookup_elem(&tgf_flows, &line);

	(void)skb;
	return head && head->version == TG_FLOW_VERSION ? TC_ACT_SHOT
							: TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
