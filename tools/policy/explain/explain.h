/* SPDX-License-Identifier: GPL-2.0-only */
/* Print the verdict for a packet, as text or as JSON. */
#ifndef TG_EXPLAIN_H
#define TG_EXPLAIN_H

#include "questions.h"
#include "set_files.h"

struct answer {
	const struct policy *policy;
	const struct question *question;
	bool expand; /* print rules in canonical form, lists by value */
	struct set_files *sets;
	struct policy_verdict verdict; /* unless question->error is set */
};

/* Each prints one line. */
void answer_print(FILE *out, const struct answer *answer);
void answer_print_json(FILE *out, const struct answer *answer);

#endif
