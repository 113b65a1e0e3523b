/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text of the rules, as it goes into the object and with it into the
 * kernel: a line for the default and for each rule by its number,
 *
 *	FILE:LINE<tab>RULE
 *
 * so that what is in force can be shown, and compared, without any file.
 */
#ifndef TG_COMPILE_RULE_TEXT_H
#define TG_COMPILE_RULE_TEXT_H

#include <stdio.h>

#include "policy/language/policy.h"

/* What is longer is cut, and ends in a number that stands for all of it. */
#define RULE_TEXT_MAX 1000

int rule_text_write(FILE *out, const struct policy *policy);

#endif
