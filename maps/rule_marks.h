/* SPDX-License-Identifier: GPL-2.0-only */
/* What the text of a policy's rules holds besides words: see rule_text.h. */
#ifndef TG_RULE_MARKS_H
#define TG_RULE_MARKS_H

#define RULE_LIST_MARK '\x01' /* before and after the number of a list */
#define RULE_IDENTITY_MARK '\x02'
#define RULE_OVER_MARK '\x03' /* before and after the number of a rule */
#define RULE_LOG_MARK '\x04'  /* before and after the text of a log */
#define RULE_CUT " ..."
#define RULE_SET_MARK '@' /* starts a declaration: see rule_text.h */

/* Of an object: the text of the policy, which loaders skip. */
#define RULE_SOURCE_SECTION ".tailgate.policy"

#endif
