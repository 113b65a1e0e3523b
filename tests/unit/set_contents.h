/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of named sets for the reference matcher, each set as a policy of its
 * own: a value is in the set if the policy passes a packet that has it at its
 * end `from`, as in "pass from { 198.51.100.0/24, 2001:db8::1 }".
 */
#ifndef TG_SET_CONTENTS_H
#define TG_SET_CONTENTS_H

#include "policy/match/match.h"

#define SET_CONTENTS_MAX 16

struct set_contents {
	struct match_sets sets;
	size_t count;
	struct {
		char name[TG_SET_NAME_SIZE];
		struct policy policy;
	} list[SET_CONTENTS_MAX];
};

void set_contents_start(struct set_contents *contents);
/* Fills a set by "NAME: RULE"; false after a message. */
bool set_contents_add(struct set_contents *contents, const char *line);
void set_contents_free(struct set_contents *contents);

#endif
