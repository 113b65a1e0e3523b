/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads a plugin and runs packets through it. Used by run. */
#ifndef TG_JUDGE_H
#define TG_JUDGE_H

#include "counters.h"
#include "craft.h"

#define JUDGE_GREW_MAX 8

/* A hook and the build of the plugin for it. */
enum judge_place {
	JUDGE_XDP,
	JUDGE_FRAGS,
	JUDGE_INGRESS,
	JUDGE_EGRESS,
	JUDGE_PLACES,
};

extern const char *const judge_names[JUDGE_PLACES];
extern const enum tg_hook judge_hooks[JUDGE_PLACES];

struct judge; /* a plugin in both builds */

/*
 * Loads a plugin: the name of an object in the directory, optionally with
 * changed constants: NAME:CONSTANT=VALUE. Returns NULL after printing one
 * message.
 */
struct judge *judge_open(const char *directory, const char *plugin);
void judge_close(struct judge *judge);

/* A counter that has changed. */
struct judge_grown {
	unsigned int index;
	struct tg_counter by;
};

struct judge_outcome {
	int code; /* the program's return code */
	uint8_t *bytes;
	size_t size;
	struct judge_grown grew[JUDGE_GREW_MAX];
	int grown; /* changed counters, including those that do not fit */
};

/*
 * Runs the packet. Returns 0, or a negative errno: -EINVAL if the kernel cannot
 * make such a packet. The outcome has to be freed in either case.
 */
int judge_ask(struct judge *judge, enum judge_place place,
	      const struct craft *craft, struct judge_outcome *outcome);
void judge_outcome_free(struct judge_outcome *outcome);

#endif
