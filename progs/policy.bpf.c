// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy - does what the first rule of a policy that matches says.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_policy (counters), and tgp_rules,
 * packets and bytes of each rule, 0 for the default, which is not pinned.
 *
 * As built it has no rules, and every packet goes on. The compiler makes an
 * object with rules out of it:
 *
 *	echo 'drop tcp to port 80' >web.policy
 *	build/tg-policy compile web.policy -o web.o
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da obj web.o sec ingress
 */
#include "plugin.h"
#include "policy_table.h"

/* What the compiler puts in the place of these: the constants, ... */
enum { EMPTY_LEAF = 16, EMPTY_ACT = 24 };
#define EMPTY_FAMILY                                         \
	{                                                    \
		.root = EMPTY_LEAF, .leaves_end = EMPTY_ACT, \
	}

const volatile struct tg_policy tg_policy SEC(".rodata.consts") = {
	.size = 64,
	.used = TG_USES_KIND(TG_ACT_NEXT),
	.acts = EMPTY_ACT,
	.version = TG_POLICY_VERSION,
	.family = { EMPTY_FAMILY, EMPTY_FAMILY, EMPTY_FAMILY },
};

/* ... the tables, ... */
const volatile __u32 tg_tables[16] SEC(".rodata.policy") = {
	[EMPTY_LEAF / 4] = EMPTY_LEAF,
};

/* ... the text of the rules, for those who look from outside, ... */
const char tg_rules[1] SEC(".rodata.rules") = "";

/* ... and how many blocks of counters: a number that nothing else here has. */
#define BLOCKS 1021

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, BLOCKS);
	__type(key, __u32);
	__type(value, struct tg_rule_block);
} tgp_rules SEC(".maps");

/*
 * The constants are what the object says when it is loaded, not what stands
 * above: clang is not to know where the pointer leads. Yet it may take one
 * pointer, and what it has read there, for all uses; the verifier knows both.
 */
static __always_inline const struct tg_policy *constants(void)
{
	const struct tg_policy *policy;

	asm("" : "=r"(policy) : "0"(&tg_policy));
	return policy;
}

#define tg_table_start() ((const volatile char *)tg_tables)
#define tg_table_size() (constants()->size)

#include "policy_action.h"
#include "policy_lookup.h"

/*
 * The benchmark measures the lookup alone: a build without rules' counters,
 * less one that does not look up either.
 */
#ifdef TG_POLICY_NO_COUNT
#define COUNTS_RULES 0
#else
#define COUNTS_RULES 1
#endif
#ifdef TG_POLICY_NO_LOOKUP
#define LOOKS_UP 0
#else
#define LOOKS_UP 1
#endif

static __always_inline void count_rule(struct tg_packet *pkt, __u32 rule)
{
	__u32 number = rule / TG_RULES_IN_BLOCK;
	struct tg_rule_block *block = bpf_map_lookup_elem(&tgp_rules, &number);

	if (COUNTS_RULES && block) {
		struct tg_counter *counter =
			&block->rules[rule % TG_RULES_IN_BLOCK];

		counter->packets++;
		counter->bytes += pkt->size;
	}
}

/* Uses what the lookup would use, and learns nothing from it. */
static __always_inline __u32
tg_outcome_blindly(const struct tg_headers *headers)
{
	__u32 mix = headers->protocol ^ headers->sport ^ headers->dport;

	if (headers->network == TG_NET_IPV4)
		mix ^= headers->ip4->saddr ^ headers->ip4->daddr;
	else if (headers->network == TG_NET_IPV6)
		mix ^= headers->ip6->saddr.s6_addr32[1] ^
		       headers->ip6->daddr.s6_addr32[1];
	tg_forget(mix);
	return constants()->malformed;
}

static __always_inline __u32 find(struct tg_packet *pkt,
				  const struct tg_headers *headers)
{
	struct tg_policy_packet packet = {
		.headers = headers,
		.size = pkt->size,
	};

	if (pkt->hook != TG_HOOK_XDP) {
		struct __sk_buff *skb = pkt->ctx;

		packet.mark = skb->mark;
		packet.has_mark = 1;
	}
	if (!LOOKS_UP)
		return tg_outcome_blindly(headers);
	return tg_policy_find(constants(), &packet);
}

/*
 * What the parser has decided by branches, as numbers that the verifier cannot
 * tell apart: or it would check all that follows once for each of its ways.
 */
static __always_inline void forget_ways(struct tg_headers *headers)
{
	__u32 ways = tg_blur(headers->transport | headers->fragment << 3 |
			     headers->vlans << 5 | headers->protocol << 7 |
			     headers->extensions << 15);

	headers->transport = ways & 7;
	headers->fragment = ways >> 3 & 3;
	headers->vlans = ways >> 5 & 3;
	headers->protocol = ways >> 7 & 0xff;
	headers->extensions = ways >> 15 & 0xff;
}

static __always_inline int policy(struct tg_packet *pkt)
{
	const __u32 used = constants()->used;
	__u32 outcome = constants()->malformed, found = 0;
	struct tg_headers headers;
	__u64 act;

	if (tg_parse(pkt, &headers, TG_DEPTH_TRANSPORT) == TG_PARSED) {
		/*
		 * Before the lookup, so that the verifier need not keep apart
		 * the ways of the parser through it.
		 */
		if (used & TG_USES_FOUND)
			found = tg_found(pkt, &headers);
		forget_ways(&headers);
		outcome = find(pkt, &headers);
	}
	count_rule(pkt, TG_OUTCOME_RULE(outcome));

	if (!(used & ~TG_USES_SIMPLE))
		return tg_act_simply(pkt, TG_OUTCOME_KIND(outcome), used);
	act = constants()->acts +
	      TG_OUTCOME_ACT(outcome) * sizeof(struct tg_act);
	tg_forget(act);
	if (act > tg_table_size() - sizeof(struct tg_act))
		return tg_next(pkt);
	return tg_act_on(pkt, found,
			 (const struct tg_act *)(tg_table_start() + act), used);
}

TG_PLUGIN(policy);
