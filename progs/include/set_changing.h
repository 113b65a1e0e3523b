/* SPDX-License-Identifier: GPL-2.0-only */
/* What is asked for when a table of sets is changed, and how far it has come.
 */
#ifndef TG_SET_CHANGING_H
#define TG_SET_CHANGING_H

#include "set_find.h"

enum tg_set_answer {
	TG_SET_ADDED,
	TG_SET_KEPT, /* it was there, perhaps with another deadline now */
	TG_SET_FULL,
	/* of one entry */
	TG_SET_NOT_HERE,
	TG_SET_SHARED, /* other sets have the deadline, too: it needs its own */
	TG_SET_AGAIN,  /* its state has changed meanwhile: read it again */
};

/* What is asked for. */
struct tg_set_wish {
	struct tg_set_key key;
	__u32 deadline; /* TG_SET_FOREVER, or later than now */
	__u32 now;
	__u32 exact; /* an earlier deadline takes the place of a later one */
};

/* What is changed: a set of a table. */
struct tg_set_at {
	tg_set_table table;
	struct tg_set *set;
	__u32 number;
};

/*
 * What is to be done with the entries of the key.
 *
 * A set may come to be in several of them: a deadline that other sets share is
 * changed by an addition, and two processors may add a key at the same moment.
 * So whoever has added one chooses which stays, and then the set leaves the
 * others: the latest deadline stays, and of equal ones the first place. The
 * entry that the addition is to replace is never chosen, and one that would
 * have been preferred to the chosen one is left to those who have added it. So
 * all agree on the entry that stays, whenever they look.
 */
enum tg_set_visit {
	TG_SET_PROLONG, /* if the set is there */
	TG_SET_JOIN,	/* the set becomes one of those there */
	TG_SET_LEAVE,	/* the set leaves */
	TG_SET_CHOOSE,	/* which entry stays; then: */
	TG_SET_SETTLE,	/* the set leaves those that do not */
};

#define TG_SET_NOWHERE 0xffffffffU

/*
 * A change that is being made: one context for all loops, as programs have
 * little stack. Places are numbers of entries in the table.
 */
struct tg_set_changing {
	struct tg_set_search search;
	const struct tg_set_at *at;
	const struct tg_set_wish *wish;
	__u32 visit;	/* enum tg_set_visit */
	__u32 replaced; /* the place of the shared entry, or TG_SET_NOWHERE */
	__u32 chosen;	/* the place of the entry that stays, */
	__u32 deadline; /* and its deadline, or 0 if there is none */
	int answer;
};

#endif
