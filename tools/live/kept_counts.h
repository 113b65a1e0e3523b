/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What rules counted before the program that is in force: counts live on with
 * a rule that stands in the next policy, too. Two things are kept on a disk of
 * memory, for one hook:
 *
 *	FOLDER/ID/text, FOLDER/ID/counts   in a bpffs: pins of the maps of the
 *	                                   program that was in force last
 *	BASE                               a file: "for ID", and what the rules
 *	                                   of the program ID had counted before
 *
 * The pins outlive the program, so nothing is lost while another one takes its
 * place. Whoever comes next adds them up for it: first into a new BASE, in one
 * step; from then on the old pins mean nothing, and go.
 */
#ifndef TG_KEPT_COUNTS_H
#define TG_KEPT_COUNTS_H

#include <stdint.h>

#include "loaded_rules.h"

struct kept_counts {
	const char *folder, *base;
};

/* The program that BASE is for; 0 where there is none. */
uint32_t kept_for(const struct kept_counts *kept);

/* Adds what the rules of this program have inherited; changes nothing. */
int kept_inherit(const struct kept_counts *kept, uint32_t program,
		 struct rule_lines *rules);

/* Makes BASE that of this program, and pins its maps in place of others. */
int kept_move_on(const struct kept_counts *kept, uint32_t program);

#endif
