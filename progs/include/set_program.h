/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sets of a program: the map of tables, and functions that look a value up
 * and change a set. They are global functions, so the verifier checks each
 * once, however often a program calls it.
 */
#ifndef TG_SET_PROGRAM_H
#define TG_SET_PROGRAM_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "set_table.h"

/* Tables differ in size, so a lookup in one is a call. */
struct tg_set_lines {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, TG_SET_LINE);
	__uint(map_flags, BPF_F_MMAPABLE | BPF_F_INNER_MAP);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, TG_SET_PLACES);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__array(values, struct tg_set_lines);
} tgs_sets SEC(".maps");

typedef void *tg_set_table;

static __always_inline void *tg_set_line(tg_set_table table, __u32 number)
{
	return bpf_map_lookup_elem(table, &number);
}

static __always_inline __u32 tg_set_now(void)
{
	return bpf_ktime_get_coarse_ns() >> TG_SET_TIME_SHIFT;
}

#include "set_change.h"

static __always_inline struct tg_set_head *tg_set_open(__u32 place,
						       tg_set_table *table)
{
	*table = bpf_map_lookup_elem(&tgs_sets, &place);
	return *table ? tg_set_line(*table, TG_SET_HEAD_LINE) : NULL;
}

/* The sets that the key is in, as bits by their numbers in the table. */
__noinline __u32 tg_sets_of(const struct tg_set_key *key)
{
	struct tg_set_head *head;
	struct tg_set_sums sums;
	tg_set_table table;

	if (!key)
		return 0;
	head = tg_set_open(TG_SET_NOW, &table);
	if (!head)
		return 0;
	sums = tg_set_find(table, head, key);
	return tg_set_result(&sums);
}

/*
 * Add the wish's key to a set of a table, or delete it, if the wish has no
 * deadline: enum tg_set_answer.
 */
__noinline int tg_sets_change(const struct tg_set_wish *wish, __u32 set,
			      __u32 place)
{
	struct tg_set_at at = { .number = set % TG_SETS };

	if (!wish)
		return TG_SET_NOT_HERE;
	at.head = tg_set_open(place, &at.table);
	if (!at.head)
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
