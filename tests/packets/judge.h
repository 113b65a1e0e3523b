/* SPDX-License-Identifier: GPL-2.0-only */
/* A plugin, loaded, that is asked what it thinks of a packet. */
#ifndef TG_JUDGE_H
#define TG_JUDGE_H

#include "counters.h"
#include "craft.h"

#define JUDGE_GREW_MAX 8

/* Where a packet can be judged: a hook, and how the plugin was built for it. */
enum judge_place {
	JUDGE_XDP,
	JUDGE_FRAGS,
	JUDGE_INGRESS,
	JUDGE_EGRESS,
	JUDGE_PLACES,
};

extern const char *const judge_names[JUDGE_PLACES];
extern const enum tg_hook judge_hooks[JUDGE_PLACES];

struct judge; /* one plugin, in both builds */

/*
 * The plugin is the name of an object in the directory, and where constants are
 * to be other ones than built in: NAME:CONSTANT=VALUE. NULL after one message
 * to standard error.
 */
struct judge *judge_open(const char *directory, const char *plugin);
void judge_close(struct judge *judge);

/* A cell of the counters that is another one than before. */
struct judge_grown {
	unsigned int index;
	struct tg_counter by;
};

struct judge_outcome {
	int code; /* what the program returned */
	uint8_t *bytes;
	size_t size;
	struct judge_grown grew[JUDGE_GREW_MAX];
	int grown; /* how many did, also where there is no room for them */
};

/*
 * 0, or a negative errno: -EINVAL where the kernel cannot make such a packet.
 * The outcome is to be freed in either case.
 */
int judge_ask(struct judge *judge, enum judge_place place,
	      const struct craft *craft, struct judge_outcome *outcome);
void judge_outcome_free(struct judge_outcome *outcome);

#endif
