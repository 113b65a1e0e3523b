// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_rules - a policy's sets without its rules: ingress drops packets whose
 * source is in the set `steady`, egress adds a new address to the set `seen`
 * with each run, and drops the packet if that is refused.
 */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>

#include "policy_set.h"
#include "set_program.h"

enum {
	STEADY,
	SEEN,
};

const volatile struct tg_policy_sets sets SEC(".rodata.sets") = {
	.count = 7,
	.lengths = { TG_SET_FORM_IP4(24), TG_SET_FORM_IP6(64) },
	.sets = {
		[STEADY] = { .name = "steady", .size = 100000 },
		[SEEN] = { .name = "seen", .size = 500000 },
		{ .name = "few", .size = 10 },
		{ .name = "brief", .size = 1000, .timeout = 600 },
		{ .name = "doors", .size = 1000, .kind = TG_SET_PORTS },
		{ .name = "nics", .size = 100, .kind = TG_SET_MACS },
		{ .name = "pairs", .size = 100, .kind = TG_SET_ADDRESS_PORTS },
	},
};

__u32 added;

SEC("ingress")
int sets_ingress(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct tg_set_key key = { .form = TG_SET_FORM_IP4(32) };

	if ((void *)(ip + 1) > (void *)(long)skb->data_end)
		return TC_ACT_OK;
	key.words[0] = bpf_ntohl(ip->saddr);
	return tg_sets_of(&key) >> sets.sets[STEADY].number & 1 ? TC_ACT_SHOT
								: TC_ACT_OK;
}

SEC("egress")
int sets_egress(struct __sk_buff *skb)
{
	__u32 number = __sync_fetch_and_add(&added, 1);
	struct tg_set_wish wish = {
		.key = { .words = { 0x0a000000 + number },
			 .form = TG_SET_FORM_IP4(32) },
		.deadline = TG_SET_FOREVER,
		.now = tg_set_now(),
	};

	(void)skb;
	return tg_sets_change_all(&wish, sets.sets[SEEN].number) == TG_SET_FULL
		       ? TC_ACT_SHOT
		       : TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
