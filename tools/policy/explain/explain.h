/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy does to a packet, for people and for programs. */
#ifndef TG_EXPLAIN_H
#define TG_EXPLAIN_H

#include "questions.h"

struct answer {
	const struct policy *policy;
	const struct question *question;
	bool expand; /* rules in their canonical form, lists written out */
	struct policy_verdict verdict; /* unless the question is refused */
};

/* One line each. */
void answer_print(FILE *out, const struct answer *answer);
void answer_print_json(FILE *out, const struct answer *answer);

#endif
