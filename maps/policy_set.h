/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a compiled policy says about its sets: the section .rodata.sets of an
 * object made from policy.live.o. The compiler fills in everything but the
 * numbers in the table, which `apply` fills in against the table in force.
 */
#ifndef TG_POLICY_SET_H
#define TG_POLICY_SET_H

#include <linux/types.h>

#include "set_table.h"

/* The end of a packet that is looked up. */
enum tg_side {
	TG_SIDE_FROM,
	TG_SIDE_TO,
	TG_SIDES,
};

/* A set that the policy declares. */
struct tg_policy_set {
	char name[TG_SET_NAME_SIZE];
	__u32 size;    /* entries at most */
	__u32 timeout; /* seconds, of entries added without a time; 0: forever
			*/
	__u8 kind;     /* enum tg_set_kind */
	__u8 number;   /* in the table */
	__u8 unused[2];
	__u32 longest; /* of the times that rules add for, in units of
			  TG_SET_TIME_SHIFT; 0: they say none */
};

/*
 * Masks have a bit for each set, in the order in which the policy declares
 * them. ->lengths are the lengths of prefixes that rules add instead of whole
 * addresses, as forms of keys; 0 ends the list.
 */
#define TG_POLICY_SET_LENGTHS TG_SET_LENGTHS

struct tg_policy_sets {
	__u32 count;
	__u32 is_frozen; /* rules change no set: a twin's */
	__u32 asked[TG_SIDES][TG_SET_KINDS];
	__u32 kinds_end; /* after the last kind that rules ask of a side */
	__u8 lengths[TG_POLICY_SET_LENGTHS];
	struct tg_policy_set sets[TG_SETS];
};

/*
 * A change of a set by a rule, in the tables: ->set_changes of the policy is
 * their offset, and an act has some in a row.
 */
#define TG_SET_CHANGES_MAX 4 /* of a rule */

struct tg_set_change {
	__u8 is_del;
	__u8 side;	   /* enum tg_side */
	__u8 set;	   /* in the order of the policy */
	__u8 form4, form6; /* of an address: see TG_SET_FORM_IP4() */
	__u8 unused[3];
	__u32 time; /* units of TG_SET_TIME_SHIFT from now, or TG_SET_FOREVER */
};

#endif
