/* SPDX-License-Identifier: GPL-2.0-only */
/* Parse a policy, and print all of its errors. */
#ifndef TG_POLICY_PARSE_H
#define TG_POLICY_PARSE_H

#include <stddef.h>
#include <stdio.h>

#include "policy/language/policy.h"

/*
 * Both return 0 or a negative errno. Errors are printed to `errors` as
 * file:line:column: message, with the line and a caret. After an error the
 * policy is empty and needs no policy_free().
 */
int policy_parse_file(struct policy *policy, const char *path, FILE *errors);
int policy_parse_text(struct policy *policy, const char *name, const char *text,
		      size_t size, FILE *errors);

/* True if a list or a sub-list can have this name: it is not a keyword. */
bool policy_is_name(const char *text);

/* The name of a source file, by its index. */
const char *policy_file(const struct policy *policy, unsigned int file);

#endif
