/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A twin is a second copy of a program of a running chain that is attached to
 * nothing, so that packets can be run through it without side effects. Used by
 * tg-explain. It shares the running program's frozen constant maps and has its
 * own copy of every map that it can write to.
 */
#ifndef TG_TWIN_H
#define TG_TWIN_H

#include <bpf/libbpf.h>

#include "counters.h"
#include "lib/program.h"
#include "rule_lines.h"
#include "slots.h"

/* The gate has no slot; the twins' array holds it after the last slot. */
#define TWIN_GATE_SLOT TG_SLOTS
#define TWIN_CHAIN_MAX (TG_BANK_SLOTS + 1)

struct live_flows;
struct live_limits;
struct live_sets;

struct twin {
	uint32_t slot;
	struct program running;
	char plugin[PROGRAM_NAME_SIZE];
	struct bpf_object *object;
	int fd; /* the program in the twins' array */
	int fd_of_patched;

	/* own counters, mapped into memory; NULL if none */
	struct tg_counter *counters; /* TG_COUNTERS entries */
	struct tg_counter *rules;
	uint32_t rule_count;
	uint32_t *hits; /* rules that matched before, searched first */
	uint32_t hit_count;
	struct rule_lines texts;    /* of the rules */
	struct live_sets *sets;	    /* that the rules name; NULL if none */
	struct live_flows *flows;   /* that it knows; NULL if none */
	struct live_limits *limits; /* that it asks; NULL if none */
};

/* Why a twin could not be made, if not -ENOMEM. */
struct twin_error {
	char text[400];
	bool gone; /* the chain has changed since it was read */
};

struct twins {
	enum tg_hook hook;
	const char *section; /* section of the programs */
	const char *objects; /* folder of the objects in the chain */
	const char *plugins; /* folder of the objects that were built */
	bool multi_buffer;
	bool expand; /* lists by value */
	/* 0, or the enum tg_flow_fact that all packets have, + 1 */
	uint32_t pretended;
	bool uses_flows; /* set when a twin does */
	int array;
	struct twin list[TWIN_CHAIN_MAX]; /* gate first, then in order */
	size_t count;
	struct twin_error error;
};

/*
 * Returns 0, or a negative errno with ->error set. twins_end() is needed either
 * way.
 */
int twins_start(struct twins *twins);
/* Adds the program with this id, the next one in the chain. */
int twins_add(struct twins *twins, uint32_t slot, uint32_t id);
void twins_end(struct twins *twins);

/* Sets ->error and returns -EINVAL. */
__attribute__((format(printf, 2, 3))) int twins_refuse(struct twins *twins,
						       const char *format, ...);

#endif
