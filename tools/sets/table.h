/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of sets, as tools see it: made, read and changed in memory. Where the
 * memory comes from is kernel.h's matter, and the tests'.
 */
#ifndef TG_SETS_TABLE_H
#define TG_SETS_TABLE_H

#include "entry.h"
#include "trie.h"

struct set_table {
	struct set_memory memory;
	struct trie trie;
};

/* How large a table is. */
struct set_shape {
	uint32_t buckets;
	uint32_t arena;	 /* lines for prefixes, without those of wide roots */
	bool is_wide[2]; /* the roots: IPv4, IPv6 */
};

/* Buckets for that many hashed keys. */
uint32_t set_shape_buckets(uint64_t keys);

/* The lines that this number of prefixes needs at most. */
uint64_t set_shape_lines(uint64_t prefixes);

/* Lines of the whole table; 0: more than a table can have. */
uint32_t set_shape_size(const struct set_shape *shape);

/* The same for a table in memory, which has no blocks. */
uint32_t set_shape_least(const struct set_shape *shape);

/* Writes the head of a new table, whose lines are 0. */
void set_table_format(struct set_table *table, const struct set_shape *shape,
		      const uint32_t secret[TG_SET_SECRETS]);

/* Whether the head is one that this version has written for such a memory. */
bool set_table_is_sound(const struct set_table *table);

void set_table_close(struct set_table *table);

/* --- sets */

/* Bits of `flags` in a set's line. */
#define SET_IS_CHANGED 1 /* a tool is changing it, or was killed meanwhile */

/* A set's number, or TG_SETS if the table has none with that name. */
unsigned int set_number(const struct set_table *table, const char *name);

/* Makes the set's line, with the wheel at this time. */
void set_define(struct set_table *table, unsigned int number, const char *name,
		unsigned int kind, uint32_t size, uint32_t timeout,
		uint32_t now);

/* The shift of a wheel that covers these units, and an hour at least. */
unsigned int set_wheel_shift(uint32_t units);

struct tg_set_at set_at(const struct set_table *table, unsigned int number);

/* Takes entries whose deadline has passed off the set's count. */
void set_advance(const struct tg_set_at *at, uint32_t now);

/*
 * Lengths of prefixes that rules add as hashed keys, as forms of keys. False:
 * the table has no place for another one.
 */
bool set_length_is_registered(const struct set_table *table, uint8_t form);
bool set_length_register(struct set_table *table, uint8_t form);

/* Seconds as units of deadlines, at least as long; and back, rounded. */
uint32_t set_units(uint64_t seconds);
uint64_t set_seconds(uint32_t units);

/* --- changes: by one tool at a time, while programs read and add */

enum set_answer {
	SET_ADDED,
	SET_KEPT,    /* it was in, perhaps with another deadline */
	SET_FULL,    /* the set has as many entries as it may have */
	SET_NO_ROOM, /* the table has to be larger */
};

/* The entry's deadline is TG_SET_FOREVER, or later than now. */
enum set_answer set_table_add(struct set_table *table, unsigned int number,
			      const struct set_entry *entry, uint32_t now);

/* Whether the set had the entry. */
bool set_table_del(struct set_table *table, unsigned int number,
		   const struct set_entry *entry, uint32_t now);

/* The deadline of that very entry in the set; 0 if it is not in. */
uint32_t set_table_get(struct set_table *table, unsigned int number,
		       const struct set_entry *entry, uint32_t now);

/*
 * Before entry `next` of a list is added, deleted or looked for, in the list's
 * order: the lines of an entry some way behind it come into the processor's
 * cache. Most of the time of a long list would be waiting for them.
 */
void set_table_expect(const struct set_table *table,
		      const struct set_entries *entries, size_t next);

/* --- walks */

/* A key and the sets that it is in until the deadline. */
struct set_found {
	struct tg_set_key key;
	uint32_t sets, exceptions, deadline;
	bool is_hashed;
};

/* Called for each key, for some several times; false ends the walk. */
typedef bool set_visit_fn(void *context, const struct set_found *found);

/* Entries whose deadline has passed are left out. False if it was ended. */
bool set_table_visit(const struct set_table *table, uint32_t now,
		     set_visit_fn *visit, void *context);

struct set_counts {
	uint32_t entries[TG_SETS];
	uint32_t prefixes[2]; /* records: IPv4, IPv6 */
};

/* Of the sets of `mask`. False: out of memory. */
bool set_table_count(const struct set_table *table, uint32_t mask, uint32_t now,
		     struct set_counts *counts);

/*
 * Adds what the sets of `mask` have in `from` to `to`, which rules change
 * meanwhile as they change `from`.
 */
enum set_answer set_table_copy(struct set_table *from, struct set_table *to,
			       uint32_t mask, uint32_t now);

#endif
