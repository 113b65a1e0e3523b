/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much a policy may be: far more than anybody writes, and little enough
 * that a file of any kind ends in bounded time and memory.
 */
#ifndef TG_POLICY_LIMITS_H
#define TG_POLICY_LIMITS_H

#define POLICY_SIZE_MAX (64 << 20) /* bytes of all files together */
#define POLICY_LINE_MAX (1 << 20)
#define POLICY_FILES_MAX 1024
#define POLICY_INCLUDES_MAX 16 /* files within files */
#define POLICY_RULES_MAX 1000000
#define POLICY_ITEMS_MAX 2000000  /* of all lists together */
#define POLICY_RANGES_MAX 8000000 /* of all rules together */
#define POLICY_CLAUSES_MAX 64	  /* that one rule asks */
#define POLICY_LISTS_MAX 100000
#define POLICY_BLOCKS_MAX 50000
#define POLICY_JUMPS_MAX 32 /* sub-lists within sub-lists */
#define POLICY_NAME_MAX 63
#define POLICY_MESSAGES_MAX 1000 /* of errors, and of warnings */

/* Larger sets are not compared just for the sake of a message. */
#define POLICY_COMPARED_MAX 4096

#endif
