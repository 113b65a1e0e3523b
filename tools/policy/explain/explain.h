/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of explain share: what is asked, and what is answered. */
#ifndef TG_EXPLAIN_H
#define TG_EXPLAIN_H

#include "describe.h"
#include "match.h"

#define NO_HOOK (-1)

struct explain {
	const char *policy_path, *capture;
	char *packet; /* the words of the command line */
	int hook;     /* of enum tg_hook, or NO_HOOK */
	bool batch, json, help;

	struct policy policy;
	struct described described;
	bool failed; /* there was a packet that could not be judged */
};

/* Each returns an exit status, and has printed what is wrong. */
int explain_packet(struct explain *explain);
int explain_batch(struct explain *explain);
int explain_capture(struct explain *explain);

struct answer {
	const struct policy *policy;
	const char *text; /* the packet, as it was described */
	size_t size;
	uint64_t number; /* of a packet in a capture, or of a line; or 0 */
	uint32_t captured, length; /* differ where a capture is truncated */

	/* one of these two */
	struct policy_verdict verdict;
	const struct describe_error *error;

	bool malformed;
};

/* One line each. */
void answer_print(FILE *out, const struct answer *answer);
void answer_print_json(FILE *out, const struct answer *answer);

#endif
