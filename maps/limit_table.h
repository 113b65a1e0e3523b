/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of a table of limits: what `limit` in a policy asks and charges.
 *
 * An array map of lines of 64 bytes, which programs change and tools read
 * through mmap. One table serves all hooks of an attachment, or of an instance.
 * docs/limits.md has the picture.
 *
 *	head	one line: how many buckets, and the secret of the hash
 *	totals	buckets of limits that count all packets together
 *	keys	buckets of limits with a key (`per from`): the others can't
 *		take the places of the totals
 *
 * A bucket has three lines: 4 ways, each with a name and a schedule, and two
 * that say what the names are of, which only tools read.
 *
 * The schedule is all the state that a limit needs, for each of its keys: the
 * time at which what has passed will be paid for. Each packet that passes puts
 * it off by what the packet costs, 1/50 s if 50 a second may pass. A packet may
 * pass if the schedule is then not further ahead than the burst costs. A
 * schedule that is not ahead of the clock says nothing: a key that has not used
 * its limit for a while is as one that was never seen, and its way is free for
 * another. So there is nothing to sweep.
 *
 * To charge a packet is one atomic addition, taken back if it was too much. A
 * packet that is over the limit as it is writes nothing.
 */
#ifndef TG_LIMIT_TABLE_H
#define TG_LIMIT_TABLE_H

#include <linux/types.h>

#include "flow_table.h"

#define TG_LIMIT_VERSION 2
#define TG_LIMIT_LINE 64

/*
 * Times are in units of 2^-8 ns of CLOCK_MONOTONIC, so that the cost of a
 * packet is exact enough at 100 million a second. The clock wraps after two
 * years: the difference of two times is what counts.
 */
#define TG_LIMIT_TIME_SHIFT 8
#define TG_LIMIT_TIME(ns) ((__u64)(ns) << TG_LIMIT_TIME_SHIFT)
#define TG_LIMIT_SECOND TG_LIMIT_TIME(1000000000)

/*
 * To read that clock takes longer than all else that a limit does. The number
 * of the kernel's tick is a load. So a limit looks at the tick, if its burst
 * exceeds one packet by at least as many ticks: it gives away no more than the
 * rate of one tick, and packets that come at the rate pass.
 */
#define TG_LIMIT_TICKS_MIN 2

/* What a packet is taken to be, by limits in bits. */
#define TG_LIMIT_PACKET 1514

/* The longest that a burst may take to be paid for: half a year. */
#define TG_LIMIT_BURST_MAX (TG_LIMIT_SECOND * (182 * 24 * 3600))

/* --- keys: as those of flows, with zeros for what is not asked */

enum tg_limit_per {
	TG_LIMIT_PER_ALL, /* no key: all packets together */
	TG_LIMIT_PER_FROM,
	TG_LIMIT_PER_TO,
	TG_LIMIT_PER_FLOW,
	TG_LIMIT_PER_PORT, /* that the packet is sent to, with its protocol */
	TG_LIMIT_PERS,
};

/*
 * The form of a key is the family, or 0, and the hook: a packet that two hooks
 * judge is charged by each of them alone.
 */
#define TG_LIMIT_FORM(family, hook) ((family) | (hook) << 4)
#define TG_LIMIT_FAMILY_OF(form) ((form) % 16)
#define TG_LIMIT_HOOK_OF(form) ((form) >> 4)

/* --- ways */
#define TG_LIMIT_WAYS 4
#define TG_LIMIT_CHOICES 2 /* buckets that a key may be in */

struct tg_limit_way {
	__u64 name; /* the hash of the limit and the key; 0: never used */
	__u64 schedule;
};

/*
 * What a name is of: written after the name, so what a tool reads may be that
 * of the name before. Of both ends of an IPv6 flow, the first halves fit.
 */
struct tg_limit_note {
	__u32 limit; /* the lower half of the name in struct tg_limit */
	__u8 per;    /* enum tg_limit_per */
	__u8 form;
	__u8 protocol;
	__u8 unused;
	__u32 words[4]; /* in host byte order */
	__u16 ports[2];
	__u32 unused2;
};

_Static_assert(sizeof(struct tg_limit_way) * TG_LIMIT_WAYS == TG_LIMIT_LINE,
	       "a line");
_Static_assert(sizeof(struct tg_limit_note) * TG_LIMIT_WAYS ==
		       2 * TG_LIMIT_LINE,
	       "two lines");

/* --- the head */
struct tg_limit_head {
	__u32 version; /* 0: no tool has prepared the table: nothing is limited
			*/
	__u32 lines;
	__u32 buckets; /* of keys */
	__u32 keys;    /* that it was made for */
	__u32 tick;    /* of the kernel, in ns; 0: limits do not look at it */
	/*
	 * The number of the tick at time 0, so that both clocks show the same
	 * time. The first program that needs it writes it; 0: not known yet.
	 */
	__u32 origin;
	__u32 secret[10];
};

_Static_assert(sizeof(struct tg_limit_head) == TG_LIMIT_LINE, "line 0");

#define TG_LIMIT_HEAD_LINE 0
#define TG_LIMIT_TOTALS 128 /* buckets of totals: of many policies at once */
#define TG_LIMIT_BUCKET_LINES 3
#define TG_LIMIT_FIRST_BUCKET 1
#define TG_LIMIT_LINES(buckets)  \
	(TG_LIMIT_FIRST_BUCKET + \
	 TG_LIMIT_BUCKET_LINES * (TG_LIMIT_TOTALS + (buckets)))

/* As many keys have a quarter more ways. */
#define TG_LIMIT_BUCKETS(keys) \
	(((keys) + (keys) / 4 + TG_LIMIT_WAYS - 1) / TG_LIMIT_WAYS)
#define TG_LIMITS_DEFAULT 65536

/* As TG_FLOW_LINES_BUILT: a number of its own, which tg-splice replaces. */
#define TG_LIMIT_LINES_BUILT 10009

#endif
