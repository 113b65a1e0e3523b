/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packets that are asked about: one in words, those of a capture, or one a
 * line from standard input. Who asks hears of each, and answers it.
 */
#ifndef TG_EXPLAIN_QUESTIONS_H
#define TG_EXPLAIN_QUESTIONS_H

#include <jansson.h>

#include "packet/describe.h"
#include "policy/match/match.h"

/* One packet. */
struct question {
	const char *text; /* as it was described */
	size_t size;
	uint64_t number;	   /* in a capture; or 0 */
	uint32_t captured, length; /* differ where a capture is truncated */

	/* one of these two */
	const struct describe_error *error; /* why it cannot be judged */
	const uint8_t *frame;
	uint32_t frame_size;
	const struct policy_metadata *metadata;
	struct policy_packet packet;
};

struct questions {
	/* of the command line */
	char **words;
	int word_count;
	const char *capture;
	bool batch, json;

	/* of the command */
	const char *command; /* its name, for messages */
	bool on_xdp;	     /* where packets have no mark */
	/* It may refuse the question, with an error that outlives the call. */
	void (*answer)(void *command_data, struct question *question);
	void *command_data;

	struct described described;
	bool failed; /* there was a packet that could not be judged */
};

/* What is wrong with the command line, for people; or NULL. */
const char *questions_usage(const struct questions *questions);

/* The exit status: 0, or 1 after a message or an answer that is an error. */
int questions_ask(struct questions *questions);

/* What an answer starts with. An error is all of it, but for the end. */
void question_print(FILE *out, const struct question *question);
json_t *question_to_json(const struct question *question);

/* What would do something to a terminal is shown as a question mark. */
void print_for_terminal(FILE *out, const char *text, size_t size);

#endif
