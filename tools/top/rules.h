/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules of the policy in force on a hook, and what each has counted. When
 * another policy takes its place, the maps of the one before are read once
 * more, as packets may still have been in it.
 */
#ifndef TG_TOP_RULES_H
#define TG_TOP_RULES_H

#include "live/look.h"
#include "live/loaded_rules.h"
#include "rows.h"

struct top_policy {
	uint32_t program; /* 0: none */
	struct loaded_rules maps;
	struct rule_lines rules;
	struct tg_counter *before; /* by line: at the last sample */
	struct tg_counter *kept;   /* what its rules started with */
	int samples;
};

struct top_rules {
	struct top_policy now, last;
	uint64_t hash; /* of the rules */
	uint64_t time; /* of the last sample; 0: there was none */
};

/*
 * Adds the rows of a hook. With is_new, no sample was taken of the device
 * before. Sets *replaced if the rules are others than at the sample before.
 * Returns 0 or a negative errno; -ENOENT if the policy was unloaded meanwhile.
 */
int rules_sample(struct top_rules *rules, struct top_rows *rows,
		 const struct look *look, enum tg_hook hook, bool is_new,
		 bool *replaced);
void rules_free(struct top_rules *rules);

#endif
