/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints the outcome of a packet on a running chain. Used by tg-explain. */
#ifndef TG_LIVE_ANSWER_H
#define TG_LIVE_ANSWER_H

#include "policy/explain/questions.h"
#include "chain_trace.h"

struct live_answer {
	const struct question *question;
	/* unset if the question has an error */
	enum tg_hook hook;
	int returned;
	const struct chain_trace *trace;
};

/* Prints one line. */
void live_answer_print(FILE *out, const struct live_answer *answer);
/* The same, followed by a line for each plugin that ran. */
void live_answer_print_trace(FILE *out, const struct live_answer *answer);
/* Prints one JSON object. */
void live_answer_print_json(FILE *out, const struct live_answer *answer);

/* The name of the packet's verdict. */
const char *live_answer_verdict(const struct live_answer *answer);

#endif
