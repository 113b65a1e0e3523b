/* SPDX-License-Identifier: GPL-2.0-only */
/* The layout of a policy's text: what is written stays, and so do comments. */
#ifndef TG_POLICY_FORMAT_H
#define TG_POLICY_FORMAT_H

#include <stdio.h>

#include "policy/language/text/source.h"

/*
 * One space between words, none around '/' and within ranges, a tab in
 * sub-lists and in sets of several lines, one empty line at most. Only for a
 * text that the parser has read without an error.
 */
int policy_format(FILE *out, const struct source *source);

#endif
