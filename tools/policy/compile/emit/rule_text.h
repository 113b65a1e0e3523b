/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text of the rules, as it goes into the object and with it into the
 * kernel: a line for the default and for each rule by its number,
 *
 *	FILE:LINE<tab>RULE[<2>IDENTITY]
 *
 * so that what is in force can be shown, and compared, without any file. In a
 * RULE, <1>N<1> stands for list N. After an empty line, the lists follow, by
 * their numbers from 0:
 *
 *	NAME<tab>COUNT<tab>VALUES[<2>IDENTITY]
 *
 * <1> and <2> are bytes with these values, which no rule contains. IDENTITY is
 * hash_text() of the whole rule with the values of its lists, or of all values,
 * in 16 hexadecimal digits; without it, it is that of the text as it is here.
 */
#ifndef TG_COMPILE_RULE_TEXT_H
#define TG_COMPILE_RULE_TEXT_H

#include <stdio.h>

#include "policy/language/policy.h"

/* In bytes. A longer text is cut, and ends in RULE_CUT. */
#define RULE_TEXT_MAX 1000
#define LIST_TEXT_MAX (64 << 10)

int rule_text_write(FILE *out, const struct policy *policy);

#endif
