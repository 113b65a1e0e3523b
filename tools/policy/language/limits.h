/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Limits on the size of a policy. They are far above real policies, and bound
 * the time and memory that any input file can take.
 */
#ifndef TG_POLICY_LIMITS_H
#define TG_POLICY_LIMITS_H

#define POLICY_SIZE_MAX (64 << 20) /* bytes in all files together */
#define POLICY_LINE_MAX (1 << 20)
#define POLICY_FILES_MAX 1024
#define POLICY_INCLUDES_MAX 16 /* nesting depth */
#define POLICY_RULES_MAX 1000000
#define POLICY_ITEMS_MAX 2000000  /* in all lists together */
#define POLICY_RANGES_MAX 8000000 /* in all rules together */
#define POLICY_CLAUSES_MAX 64	  /* conditions, or changes, of one rule */
#define POLICY_LISTS_MAX 100000
#define POLICY_BLOCKS_MAX 50000
#define POLICY_JUMPS_MAX 32 /* nesting depth */
#define POLICY_NAME_MAX 63
#define POLICY_LOG_MAX 127    /* bytes of the text of a 'log' */
#define POLICY_SET_SIZE 65536 /* entries of a set that gives no size */
#define POLICY_SET_SIZE_MAX (16 << 20)
#define POLICY_SET_TIME_MAX (365 * 24 * 3600) /* seconds */
#define POLICY_MESSAGES_MAX 1000	      /* for errors and warnings each */

/* Larger sets are not compared only to improve a message. */
#define POLICY_COMPARED_MAX 4096

#endif
