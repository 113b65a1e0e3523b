/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Execute a rule's act: first the changes, then the mirror, which copies the
 * changed packet, then the verdict. A redirect replaces the verdict.
 */
#ifndef TG_POLICY_ACTION_H
#define TG_POLICY_ACTION_H

#include "policy_act.h"
#include "policy_reject.h"

#define TG_DSCP_SHIFT4 2
#define TG_ECN_MASK4 3
#define TG_DSCP_SHIFT6 6
#define TG_DSCP_MASK6 0x0fc0

/* The start of an IPv4 header, up to its checksum. */
struct tg_ip4_start {
	__u8 version;
	__u8 tos;
	__be16 rest[4];
	__u16 check;
};

_Static_assert(sizeof(struct tg_ip4_start) == 12, "as in RFC 791");

static __always_inline int tg_set_dscp4(struct tg_packet *pkt, __u32 at,
					__u8 dscp)
{
	struct tg_ip4_start ip;
	__u16 before, after;

	if (tg_load(pkt, at, &ip, sizeof(ip)) < 0)
		return -1;
	__builtin_memcpy(&before, &ip, sizeof(before));
	ip.tos = (ip.tos & TG_ECN_MASK4) | dscp << TG_DSCP_SHIFT4;
	__builtin_memcpy(&after, &ip, sizeof(after));
	if (before == after)
		return 0;
	/* RFC 1624 */
	ip.check = ~tg_fold((__u64)(__u16)~ip.check + (__u16)~before + after);
	return tg_store(pkt, at, &ip, sizeof(ip));
}

static __always_inline int tg_set_dscp6(struct tg_packet *pkt, __u32 at,
					__u8 dscp)
{
	__be16 before, after;

	if (tg_load(pkt, at, &before, sizeof(before)) < 0)
		return -1;
	after = (before & ~bpf_htons(TG_DSCP_MASK6)) |
		bpf_htons(dscp << TG_DSCP_SHIFT6);
	if (before == after)
		return 0;
	return tg_store(pkt, at, &after, sizeof(after));
}

static __always_inline int tg_set_dscp(struct tg_packet *pkt, __u32 found,
				       __u8 dscp)
{
	__u32 at = tg_link_size(found);

	if (TG_FOUND_NETWORK(found) == TG_NET_IPV4)
		return tg_set_dscp4(pkt, at, dscp);
	if (TG_FOUND_NETWORK(found) == TG_NET_IPV6)
		return tg_set_dscp6(pkt, at, dscp);
	return 0;
}

/*
 * Metadata of an skb. A class is stored as the priority: HTB and other classful
 * qdiscs interpret a priority that equals a class handle as that class. A
 * filter on the qdisc itself takes the minor number from tc_classid.
 */
static __always_inline void
tg_set_metadata(struct __sk_buff *skb, const struct tg_act *act, __u32 changes)
{
	if (changes & TG_ACT_SET_MARK)
		skb->mark = (skb->mark & ~act->mark_mask) |
			    (act->mark & act->mark_mask);
	if (changes & TG_ACT_SET_PRIORITY)
		skb->priority = act->priority;
	if (changes & TG_ACT_SET_CLASS) {
		skb->priority = act->class;
		skb->tc_classid = act->class & 0xffff;
	}
}

static __always_inline void tg_mirror(struct tg_packet *pkt, __u32 device)
{
	if (bpf_clone_redirect(pkt->ctx, device, 0) != 0)
		tg_count(pkt, TG_VERDICT_NEXT, TG_REASON_MIRROR_FAILED);
}

static __always_inline void tg_make_changes(struct tg_packet *pkt, __u32 found,
					    const struct tg_act *act,
					    __u32 changes)
{
	if (pkt->hook != TG_HOOK_XDP)
		tg_set_metadata(pkt->ctx, act, changes);
	if (changes & TG_ACT_SET_DSCP && tg_set_dscp(pkt, found, act->dscp) < 0)
		tg_count(pkt, TG_VERDICT_NEXT, TG_REASON_CHANGE_FAILED);
	if (pkt->hook != TG_HOOK_XDP && changes & TG_ACT_MIRROR)
		tg_mirror(pkt, act->mirror);
}

#define TG_USES_FOUND (TG_ACT_SET_DSCP | TG_USES_KIND(TG_ACT_REJECT))

/*
 * Execute the act and end the plugin. `used` is a constant of the policy, with
 * the bits of policy_act.h; code for unused bits is removed. `found` is the
 * result of tg_found(), and ignored if nothing of TG_USES_FOUND is used.
 */
static __always_inline int tg_act_on(struct tg_packet *pkt, __u32 found,
				     const struct tg_act *act,
				     enum tg_reason reason, __u32 used)
{
	__u32 changes = act->changes & used;
	__u32 kind = TG_USES_KIND(act->kind) & used;

	if (changes) {
		tg_make_changes(pkt, found, act, changes);
		if (changes & TG_ACT_REDIRECT)
			return tg_redirect(pkt, act->redirect, 0, reason);
		if (pkt->hook != TG_HOOK_XDP &&
		    changes & TG_ACT_REDIRECT_INGRESS)
			return tg_redirect(pkt, act->redirect, BPF_F_INGRESS,
					   reason);
	}
	if (kind & TG_USES_KIND(TG_ACT_REJECT))
		return tg_reject_with(pkt, found, act->reject, reason, used);
	if (kind & TG_USES_KIND(TG_ACT_DROP))
		return tg_drop(pkt, reason);
	if (kind & TG_USES_KIND(TG_ACT_ACCEPT))
		return tg_accept(pkt, reason);
	if (kind & TG_USES_KIND(TG_ACT_PASS))
		return tg_pass(pkt, reason);
	return tg_next_noting(pkt, reason);
}

_Static_assert(TG_ACT_NEXT == (int)TG_VERDICT_NEXT &&
		       TG_ACT_PASS == (int)TG_VERDICT_PASS &&
		       TG_ACT_ACCEPT == (int)TG_VERDICT_ACCEPT &&
		       TG_ACT_DROP == (int)TG_VERDICT_DROP,
	       "kinds are verdicts");

#define TG_ANSWER(kind, answer) ((__u64)(__u8)(answer) << 8 * (kind))

#define TG_ANSWERS_XDP                        \
	(TG_ANSWER(TG_ACT_PASS, XDP_PASS) |   \
	 TG_ANSWER(TG_ACT_ACCEPT, XDP_PASS) | \
	 TG_ANSWER(TG_ACT_DROP, XDP_DROP))
#define TG_ANSWERS_TC                            \
	(TG_ANSWER(TG_ACT_PASS, TC_ACT_UNSPEC) | \
	 TG_ANSWER(TG_ACT_ACCEPT, TC_ACT_OK) |   \
	 TG_ANSWER(TG_ACT_DROP, TC_ACT_SHOT))

/*
 * For a policy that only passes and drops (TG_USES_SIMPLE): no branch depends
 * on the outcome, as a misprediction costs as much as the lookup.
 */
static __always_inline int tg_act_simply(struct tg_packet *pkt, __u32 kind,
					 enum tg_reason reason, __u32 used)
{
	__u64 answers =
		pkt->hook == TG_HOOK_XDP ? TG_ANSWERS_XDP : TG_ANSWERS_TC;

	tg_count(pkt, kind, reason);
	if (used & TG_USES_KIND(TG_ACT_NEXT) && kind == TG_ACT_NEXT)
		return tg_next(pkt);
	tg_barrier_var(answers); /* otherwise clang makes branches of it */
	return (__s8)(answers >> 8 * kind);
}

static __always_inline int tg_act_do(struct tg_packet *pkt,
				     const struct tg_headers *headers,
				     const struct tg_act *act, __u32 used)
{
	__u32 found = used & TG_USES_FOUND ? tg_found(pkt, headers) : 0;

	return tg_act_on(pkt, found, act, TG_REASON_RULE, used);
}

#endif
