/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of sets in a map, written by the functions of tools/sets/, beside a
 * plain list of what is in it.
 */
#ifndef TG_SET_BED_H
#define TG_SET_BED_H

#include "../tables/random.h"
#include "sets/trie.h"

#define SET_BED_LIST_MAX 4096

struct set_listed {
	struct tg_set_key key; /* of an address, its form is the length */
	uint32_t set;	       /* number in the table */
	uint32_t deadline;
	bool is_exception;
	bool is_hashed; /* else in a trie */
};

struct set_bed {
	int map;
	struct set_memory memory;
	struct trie trie;
	struct set_listed list[SET_BED_LIST_MAX];
	size_t count;
};

/* Returns false if there is no such map. `size` is that of each set. */
bool set_bed_make(struct set_bed *bed, struct random *random, uint32_t size);
void set_bed_free(struct set_bed *bed);

/* Register a length of prefixes that are hashed keys, as a form. */
void set_bed_register(struct set_bed *bed, unsigned int place, uint8_t form);

/* Put it into the table, and on the list. Returns false if there is no room. */
bool set_bed_add(struct set_bed *bed, const struct set_listed *listed);

/* Only on the list: somebody else has changed the table. */
void set_bed_note_add(struct set_bed *bed, const struct set_listed *listed);
void set_bed_note_del(struct set_bed *bed, const struct tg_set_key *key,
		      uint32_t set);

/* Whether the value is in the set, by the list. */
bool set_bed_contains(const struct set_bed *bed, const struct tg_set_key *value,
		      uint32_t set);

/* The sets that the value is in, by the tool's own lookup. */
uint32_t set_bed_find(const struct set_bed *bed,
		      const struct tg_set_key *value);

/* The prefix of an address. */
void set_bed_cut(struct tg_set_key *key, uint8_t form);

#endif
