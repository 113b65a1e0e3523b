/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sets of a program: the map of tables, and the function that changes a
 * set. It is a global function, so the verifier checks it once, however often
 * a program calls it.
 */
#ifndef TG_SET_PROGRAM_H
#define TG_SET_PROGRAM_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "set_table.h"

/* Tables differ in size, so a lookup in one is a call. */
struct tg_set_blocks {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, TG_SET_BLOCK);
	__uint(map_flags, BPF_F_MMAPABLE | BPF_F_INNER_MAP);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, TG_SET_PLACES);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__array(values, struct tg_set_blocks);
} tgs_sets SEC(".maps");

struct tg_set_opened {
	void *map;
	void *first; /* its first block */
};

typedef const struct tg_set_opened *tg_set_table;

static __always_inline void *tg_set_line(tg_set_table table, __u32 number)
{
	__u32 block = number / TG_SET_BLOCK_LINES;
	void *start = table->first;

	if (block)
		start = bpf_map_lookup_elem(table->map, &block);
	if (!start)
		return NULL;
	return start + number % TG_SET_BLOCK_LINES * TG_SET_LINE;
}

static __always_inline struct tg_set_head *tg_set_head_of(tg_set_table table)
{
	return table->first;
}

static __always_inline __u32 tg_set_now(void)
{
	return bpf_ktime_get_coarse_ns() >> TG_SET_TIME_SHIFT;
}

#include "set_change.h"

/* False: there is no table at the place. */
static __always_inline int tg_set_open(__u32 place, struct tg_set_opened *table)
{
	__u32 zero = 0;

	table->map = bpf_map_lookup_elem(&tgs_sets, &place);
	if (!table->map)
		return 0;
	table->first = bpf_map_lookup_elem(table->map, &zero);
	return table->first != NULL;
}

/* The sets that the key is in, as bits by their numbers in the table. */
static __always_inline __u32 tg_sets_of(const struct tg_set_key *key)
{
	struct tg_set_sums sums;
	struct tg_set_opened table;

	if (!tg_set_open(TG_SET_NOW, &table))
		return 0;
	sums = tg_set_find(&table, key);
	return tg_set_result(&sums);
}

/*
 * Add the wish's key to a set of a table, or delete it, if the wish has no
 * deadline: enum tg_set_answer.
 */
__noinline int tg_sets_change(const struct tg_set_wish *wish, __u32 set,
			      __u32 place)
{
	struct tg_set_opened table;
	struct tg_set_at at = { .table = &table, .number = set % TG_SETS };

	if (!wish)
		return TG_SET_NOT_HERE;
	if (!tg_set_open(place, &table))
		return TG_SET_NOT_HERE;
	at.set = tg_set_line(at.table, TG_SET_SET_LINE(at.number));
	if (!at.set)
		return TG_SET_NOT_HERE;
	return tg_set_apply(&at, wish);
}

/*
 * The same in the table in force, and in the one that is to replace it. That
 * one has no limits while entries are copied to it: what the first refuses, as
 * the set is full, is not added to the second.
 */
static __always_inline int tg_sets_change_all(const struct tg_set_wish *wish,
					      __u32 set)
{
	int answer = tg_sets_change(wish, set, TG_SET_NOW);

	if (answer != TG_SET_FULL)
		tg_sets_change(wish, set, TG_SET_NEXT);
	return answer;
}

#endif
