/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of tg-explain share. */
#ifndef TG_LIVE_H
#define TG_LIVE_H

#include "chain_run.h"
#include "describe.h"
#include "live_answer.h"

struct live {
	const char *capture;
	char *packet; /* the words of the command line */
	bool batch, json, help;
	const char *device, *programs; /* SLOT:ID,... */

	struct twins twins;
	struct chain_run run;
	struct described described;
	bool failed; /* there was a packet that could not be judged */
};

/* Each returns an exit status, and has printed what is wrong. */
int live_packet(struct live *live);
int live_batch(struct live *live);
int live_capture(struct live *live);

#endif
