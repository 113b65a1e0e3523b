/* SPDX-License-Identifier: GPL-2.0-only */
/* From text to struct policy, and every mistake on the way in one run. */
#ifndef TG_POLICY_PARSE_H
#define TG_POLICY_PARSE_H

#include <stddef.h>
#include <stdio.h>

#include "policy/language/policy.h"

/*
 * Each returns 0, or a negative errno after its messages have gone to errors,
 * in the form file:line:column: message, with the line and a caret. The policy
 * is empty then, and needs no policy_free().
 */
int policy_parse_file(struct policy *policy, const char *path, FILE *errors);
int policy_parse_text(struct policy *policy, const char *name, const char *text,
		      size_t size, FILE *errors);

/* Whether a list or a sub-list can have this name: it is no word of its own. */
bool policy_is_name(const char *text);

/* The name of the file that a place is in. */
const char *policy_file(const struct policy *policy, unsigned int file);

#endif
