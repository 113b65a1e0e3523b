/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts that lay out wide keys know of each other. */
#ifndef TG_COMPILE_WIDE_PARTS_H
#define TG_COMPILE_WIDE_PARTS_H

#include "policy/compile/emit/tables.h"

#define WIDE_WORD_BITS 64

/* How the starts are found. Without compares windows alone lead to them. */
struct wide_plan {
	unsigned int steps;
	unsigned int compares, halvings;
	bool is_short;		 /* starts: the lowest 16 bits */
	unsigned int window_min; /* bits, where there are so many */
	unsigned int window_max; /* bits, of all windows but the last; 0: any */
	unsigned int entries_per_start; /* of the last window, at most */
	uint64_t lowest; /* the word that entry 0 of the first node begins at */
	unsigned int shift;
	size_t entries; /* of the first node */
};

struct wide {
	const struct numbering *numbering;
	const u128
		*starts; /* of all intervals that are values, but the first */
	uint64_t *words; /* what windows see of them */
	size_t count;
	unsigned int start_size;
	bool can_be_short;
	struct wide_plan plan;

	struct blob *blob;
	struct blob scratch; /* for plans that are tried */
	uint32_t *cells;     /* by value: those that are there */
	size_t cell_count;
	uint32_t root;
	void *entries[TG_WIDE_STEPS]; /* of a node that is being made */
	size_t sizes[TG_WIDE_STEPS];  /* of the nodes of each level */
	size_t longest;		      /* starts to search behind the windows */
	bool is_too_large;
};

/* windows.c: all that the plan says, and how many halvings it takes */
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
