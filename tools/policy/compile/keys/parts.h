/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files that lay out the tables of wide keys. */
#ifndef TG_COMPILE_WIDE_PARTS_H
#define TG_COMPILE_WIDE_PARTS_H

#include "policy/compile/emit/tables.h"

#define WIDE_WORD_BITS 64

/*
 * How a key's position among the starts is found: by windows, then by compares.
 * Without compares, the windows alone determine it.
 */
struct wide_plan {
	unsigned int steps;
	unsigned int compares, halvings;
	bool is_short;		 /* starts are stored as their lowest 16 bits */
	unsigned int window_min; /* minimum size of a window, in bits */
	unsigned int window_max; /* bits, except the last window; 0: any */
	unsigned int entries_per_start; /* maximum, for the last window */
	uint64_t
		lowest; /* the word at which entry 0 of the first node begins */
	unsigned int shift;
	size_t entries; /* of the first node */
};

struct wide {
	const struct numbering *numbering;
	const u128 *starts; /* interval starts, except the first interval's */
	uint64_t *words;    /* the bits of starts that windows use */
	size_t count;
	unsigned int start_size;
	bool can_be_short;
	struct wide_plan plan;

	struct blob *blob;
	struct blob scratch; /* for plans that are evaluated */
	uint32_t *cells;     /* offsets by value; 0: not written yet */
	size_t cell_count;
	uint32_t root;
	void *entries[TG_WIDE_STEPS]; /* scratch: entries of a node, by level */
	size_t sizes[TG_WIDE_STEPS];  /* bytes of all nodes, by level */
	size_t longest; /* most starts to search after the windows */
	bool is_too_large;
};

/* windows.c: writes the nodes of the plan and sets its number of halvings */
void wide_lay_out(struct wide *wide, struct blob *blob);

/* plan.c */
struct wide_plan wide_best_plan(struct wide *wide);

static inline bool wide_is_exact(const struct wide *wide)
{
	return !wide->plan.compares;
}

static inline size_t wide_start_size(const struct wide *wide)
{
	return wide->plan.is_short ? sizeof(uint16_t) : wide->start_size;
}

#endif
