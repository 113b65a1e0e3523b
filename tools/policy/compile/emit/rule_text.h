/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text of the rules, which is stored in the object and thus in the kernel,
 * so that the rules in force can be shown and compared without a file. One line
 * for the default and for each rule, by number:
 *
 *	FILE:LINE<tab>[<4>TEXT<4>]RULE[<2>IDENTITY]
 *
 * TEXT is that of a `log`, whole where RULE is cut off. In a RULE, <1>N<1>
 *stands for list N. For each rule with a limit, by number, a line follows that
 *says what is done with packets over it:
 *
 *	FILE:LINE<tab>[<4>TEXT<4>]<3>NUMBER<3>else ACTION<2>IDENTITY
 *
 * It is counted after all rules, and its identity comes from that of the rule
 * with this number. After an empty line, the lists follow, by number from 0:
 *
 *	NAME<tab>COUNT<tab>VALUES[<2>IDENTITY]
 *
 * and the declarations of named sets:
 *
 *	@NAME<tab>DECLARATION
 *
 * and last, if they are in the policy, the statements 'replies' and 'logs' and
 * the block 'flows', each after a '@' without a name.
 *
 * <1> to <4> are bytes with these values, which no rule contains.
 *IDENTITY is hash_text() of the rule with all lists by value, or of all values
 *of a list, in 16 hexadecimal digits; if it is missing, it is the hash of the
 *text as stored.
 */
#ifndef TG_COMPILE_RULE_TEXT_H
#define TG_COMPILE_RULE_TEXT_H

#include <stdio.h>

#include "policy/language/policy.h"

/* In bytes; longer texts are truncated and end in RULE_CUT. */
#define RULE_TEXT_MAX 1000
#define LIST_TEXT_MAX (64 << 10)

int rule_text_write(FILE *out, const struct policy *policy);

#endif
