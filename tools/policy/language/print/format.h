/* SPDX-License-Identifier: GPL-2.0-only */
/* Format the text of a policy. Only white space changes. */
#ifndef TG_POLICY_FORMAT_H
#define TG_POLICY_FORMAT_H

#include <stdio.h>

#include "policy/language/text/source.h"

/*
 * One space between words, no space around '/' and in ranges, indentation by
 * tabs in sub-lists and multi-line sets, at most one empty line. The text must
 * have been parsed without errors.
 */
int policy_format(FILE *out, const struct source *source);

#endif
