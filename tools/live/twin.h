/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A twin: the program that runs in a slot of a chain, loaded once more and
 * attached to nothing. It reads the constants that the running one reads, the
 * very maps, for they are frozen; what a program can write to is its own. So
 * it can be run to see what the other would do, and nobody notices.
 */
#ifndef TG_TWIN_H
#define TG_TWIN_H

#include <bpf/libbpf.h>

#include "counters.h"
#include "lib/program.h"
#include "rule_lines.h"
#include "slots.h"

/* The gate has no slot: it stands behind the last one. */
#define TWIN_GATE_SLOT TG_SLOTS
#define TWIN_CHAIN_MAX (TG_BANK_SLOTS + 1)

struct twin {
	uint32_t slot;
	struct program running;
	char plugin[PROGRAM_NAME_SIZE];
	struct bpf_object *object;
	int fd; /* what stands in the array of the twins */
	int fd_of_patched;

	/* its own, and in reach without asking the kernel; NULL: it has none */
	struct tg_counter *counters; /* TG_COUNTERS of them */
	struct tg_counter *rules;
	uint32_t rule_count;
	uint32_t *hits; /* rules that decided before, to be looked at first */
	uint32_t hit_count;
	struct rule_lines texts; /* of the rules */
};

/* Why there is no twin, where it is not memory. */
struct twin_error {
	char text[400];
	bool gone; /* the chain has changed since it was looked at */
};

struct twins {
	enum tg_hook hook;
	const char *section; /* of the programs */
	const char *objects; /* the folder of what was grafted */
	const char *plugins; /* that of what was built */
	bool multi_buffer;
	bool expand; /* rules show the values of their lists */
	int array;
	struct twin list[TWIN_CHAIN_MAX]; /* the gate, then in order */
	size_t count;
	struct twin_error error;
};

/* 0, or a negative errno with ->error set. To be ended in either case. */
int twins_start(struct twins *twins);
/* The program with this id, next in the chain. */
int twins_add(struct twins *twins, uint32_t slot, uint32_t id);
void twins_end(struct twins *twins);

/* -EINVAL, with the text in ->error. */
__attribute__((format(printf, 2, 3))) int twins_refuse(struct twins *twins,
						       const char *format, ...);

#endif
