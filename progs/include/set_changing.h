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

/* What is to be done with the entries of the key. */
enum tg_set_visit {
	TG_SET_PROLONG, /* if the set is there */
	TG_SET_JOIN,	/* the set becomes one of those there */
	TG_SET_LEAVE,	/* the set leaves, but for the wish's own deadline */
	/*
	 * After an addition, as another processor may have added the key, too:
	 * of several entries, that of the latest deadline stays, and the first
	 * of these. All agree on it, so none is lost.
	 */
	TG_SET_SETTLE,
	TG_SET_SETTLE_LATER, /* one with a later deadline than the wish's */
	TG_SET_SETTLED,	     /* and more: the number of the entry that stays */
};

/*
 * A change that is being made: one context for all loops, as programs have
 * little stack.
 */
struct tg_set_changing {
	struct tg_set_search search;
	const struct tg_set_at *at;
	const struct tg_set_wish *wish;
	__u32 visit; /* enum tg_set_visit */
	int answer;
};

#endif
