/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carries the counters of rules over to the next policy: a rule that is in both
 * keeps its count. Used by tg-rules. The state of one hook is kept in
 * memory-backed filesystems:
 *
 *	FOLDER/ID/text, FOLDER/ID/counts   in a bpffs: pinned maps of the last
 *	                                   program that was in force
 *	BASE                               a file: "for ID", then the counts
 *	                                   that program ID started with
 *
 * The pins outlive the program, so counting continues until it is replaced. The
 * next policy then adds them to a new BASE, which is renamed into place; after
 * that the old pins are unused and removed. Callers hold the attachment's lock.
 */
#ifndef TG_KEPT_COUNTS_H
#define TG_KEPT_COUNTS_H

#include <stdint.h>

#include "loaded_rules.h"

struct kept_counts {
	const char *folder, *base;
};

/* The id of the program that BASE is for; 0 if there is none. */
uint32_t kept_for(const struct kept_counts *kept);

/*
 * Adds the counts that the rules of this program start with. Changes no file.
 */
int kept_inherit(const struct kept_counts *kept, uint32_t program,
		 struct rule_lines *rules);

/* Rewrites BASE for this program, pins its maps and removes the old pins. */
int kept_rebase(const struct kept_counts *kept, uint32_t program);

#endif
