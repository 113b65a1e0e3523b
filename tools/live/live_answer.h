/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of a packet, for people and for programs. */
#ifndef TG_LIVE_ANSWER_H
#define TG_LIVE_ANSWER_H

#include "policy/explain/questions.h"
#include "way.h"

struct live_answer {
	const struct question *question;
	/* unless the question is refused */
	enum tg_hook hook;
	int returned;
	const struct way *way;
};

/* One line. */
void live_answer_print(FILE *out, const struct live_answer *answer);
/* A line for each plugin, after it. */
void live_answer_print_way(FILE *out, const struct live_answer *answer);
/* One object. */
void live_answer_print_json(FILE *out, const struct live_answer *answer);

/* What the answer says first: the words of a verdict. */
const char *live_answer_verdict(const struct live_answer *answer);

#endif
