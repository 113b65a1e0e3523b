/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packets that `explain` is asked about: one on the command line, those of
 * a capture, or one per line of standard input. A callback prints the answer to
 * each.
 */
#ifndef TG_EXPLAIN_QUESTIONS_H
#define TG_EXPLAIN_QUESTIONS_H

#include <jansson.h>

#include "packet/describe.h"
#include "policy/match/match.h"

/* One packet. */
struct question {
	const char *text; /* the description */
	size_t size;
	uint64_t number;	   /* in the capture, or 0 */
	uint32_t captured, length; /* differ if the packet is truncated */
	const char *interface;	   /* in the capture, or NULL */
	const char *comment;	   /* in the capture, or NULL */
	size_t comment_size;

	/* either an error or a frame */
	const struct describe_error *error;
	const uint8_t *frame;
	uint32_t frame_size;
	const struct policy_metadata *metadata;
	struct policy_packet packet;
	bool is_flow_said; /* the line has 'established' or its like */
	uint32_t limit;	   /* enum tg_limit_verdict that the line says + 1 */
};

struct questions {
	/* from the command line */
	char **words;
	int word_count;
	const char *capture;
	const char *interface; /* the only one of the capture, or NULL */
	bool batch, json;

	/* set by the command */
	const char *command; /* its name, for messages */
	bool on_xdp;	     /* packets have no mark */
	/* May set question->error, which must stay valid after the call. */
	void (*answer)(void *command_data, struct question *question);
	void *command_data;

	struct described described;
	bool failed; /* there was no verdict for some packet */
};

/* The message for a usage error, or NULL. */
const char *questions_usage(const struct questions *questions);

/* Returns the exit status: 0, or 1 if anything failed. */
int questions_ask(struct questions *questions);

/* The start of an answer. If there is an error, it is the whole answer. */
void question_print(FILE *out, const struct question *question);
json_t *question_to_json(const struct question *question);

/* Control characters are printed as question marks. */
void print_for_terminal(FILE *out, const char *text, size_t size);

#endif
