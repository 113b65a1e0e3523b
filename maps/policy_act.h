/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The action of a rule: the compiler writes it into the tables, and the policy
 * plugin executes it.
 */
#ifndef TG_POLICY_ACT_H
#define TG_POLICY_ACT_H

#include <linux/types.h>

enum tg_act_kind {
	TG_ACT_NEXT,
	TG_ACT_PASS,
	TG_ACT_ACCEPT,
	TG_ACT_DROP,
	TG_ACT_REJECT,
};

enum tg_act_reject {
	TG_ACT_REJECT_AUTO, /* reset for TCP, else port unreachable */
	TG_ACT_REJECT_RESET,
	TG_ACT_REJECT_PORT,
	TG_ACT_REJECT_HOST,
	TG_ACT_REJECT_ADMIN,
};

/* Changes to the packet: bits of ->changes, 16 at most. */
enum tg_act_change {
	TG_ACT_SET_MARK = 1 << 0,
	TG_ACT_SET_PRIORITY = 1 << 1,
	TG_ACT_SET_CLASS = 1 << 2,
	TG_ACT_SET_DSCP = 1 << 3,
	TG_ACT_REDIRECT = 1 << 4,
	TG_ACT_REDIRECT_INGRESS = 1 << 5,
	TG_ACT_MIRROR = 1 << 6,
	TG_ACT_CHANGE_SETS = 1 << 7,
	TG_ACT_KEEP = 1 << 8,		/* the flow that the packet begins */
	TG_ACT_KEEP_ELSE_DROP = 1 << 9, /* with KEEP: if there is no room */
	TG_ACT_LIMIT = 1 << 10, /* ask the limit, which has other outcomes */
	TG_ACT_LOG = 1 << 11,	/* write an event */
};

struct tg_act {
	__u8 kind;
	__u8 reject;
	__u16 changes;
	__u32 mark, mark_mask;
	__u32 priority;
	__u32 class;
	__u32 redirect; /* ifindex */
	__u32 mirror;
	__u8 dscp;
	__u8 set_changes; /* how many, */
	union {
		__u16 set_change; /* from this one on: struct tg_set_change */
		__u16 limit;	  /* struct tg_limit, if TG_ACT_LIMIT */
	};
};

_Static_assert(sizeof(struct tg_act) == 32, "as in the tables");

/*
 * Everything that a policy uses, as bits: changes, action kinds and replies. It
 * is a constant of the program, so unused code is removed at load time.
 */
#define TG_USES_KIND(kind) (1U << (16 + (kind)))
#define TG_USES_REPLY(reject) (1U << (24 + (reject)))
#define TG_USES_ALL 0xffffffffU

#define TG_USES_RESET \
	(TG_USES_REPLY(TG_ACT_REJECT_AUTO) | TG_USES_REPLY(TG_ACT_REJECT_RESET))
#define TG_USES_UNREACHABLE                  \
	(TG_USES_REPLY(TG_ACT_REJECT_AUTO) | \
	 TG_USES_REPLY(TG_ACT_REJECT_PORT) | \
	 TG_USES_REPLY(TG_ACT_REJECT_HOST) | \
	 TG_USES_REPLY(TG_ACT_REJECT_ADMIN))

/* Next, pass, accept and drop; no replies. */
#define TG_USES_SIMPLE                                           \
	(TG_USES_KIND(TG_ACT_NEXT) | TG_USES_KIND(TG_ACT_PASS) | \
	 TG_USES_KIND(TG_ACT_ACCEPT) | TG_USES_KIND(TG_ACT_DROP))

/* Changes of state, and events, that leave the packet as it is. */
#define TG_USES_STATE                                               \
	(TG_ACT_CHANGE_SETS | TG_ACT_KEEP | TG_ACT_KEEP_ELSE_DROP | \
	 TG_ACT_LIMIT | TG_ACT_LOG)

/* The bits of one action; a policy's bits are the union of its actions'. */
static inline __u32 tg_act_uses(const struct tg_act *act)
{
	__u32 used = act->changes | TG_USES_KIND(act->kind);

	if (act->kind == TG_ACT_REJECT)
		used |= TG_USES_REPLY(act->reject);
	return used;
}

#endif
