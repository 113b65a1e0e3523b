// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes a table of sets with flipped words: six bytes of the input are a word
 * and what is changed of it. If the table's head is still that of a table, all
 * that programs and tools do with it ends, without accesses outside of it: the
 * sanitizer checks them, and libFuzzer's timeout the end.
 */
#include <stdlib.h>
#include <string.h>

#include "sets/table_find.h"

#define NOW 1000
#define SETS 3
#define FLIP_SIZE 6

static const char *const texts[] = {
	"198.51.100.7",	    "198.51.100.8",    "198.51.100.0/24",
	"198.51.0.0/16",    "198.51.100.4/30", "!198.51.100.6",
	"203.0.113.0/28",   "0.0.0.0/0",       "2001:db8::/32",
	"2001:db8:1::/48",  "2001:db8::7",     "2001:db8:1:2::/64",
	"!2001:db8::8/125",
};

#define TEXTS ((int)(sizeof(texts) / sizeof(*texts)))

static struct set_entry entry_of(int number)
{
	struct set_entries entries = { 0 };
	struct set_entry entry;
	struct set_fault fault;

	if (!set_entry_read(TG_SET_ADDRESSES, texts[number],
			    strlen(texts[number]), &entries, &fault))
		abort();
	entry = *entries.list;
	free(entries.list);
	entry.deadline = TG_SET_FOREVER;
	if (!entry.is_exception && number % 3 == 0)
		entry.deadline = NOW + 100 + number;
	return entry;
}

static void table_make(struct set_table *table, uint32_t buckets,
		       uint32_t arena)
{
	static const uint32_t secret[6] = { 1, 23, 345, 4567, 56789, 678901 };
	struct set_shape shape = { .buckets = buckets, .arena = arena };

	*table = (struct set_table){ 0 };
	table->memory.lines = set_shape_least(&shape);
	table->memory.start = calloc(table->memory.lines, TG_SET_LINE);
	if (!table->memory.start)
		abort();
	set_table_format(table, &shape, secret);
	table->trie.memory = &table->memory;
	for (int i = 0; i < SETS; i++)
		set_define(table, i, "set", TG_SET_ADDRESSES, 1000, 0, NOW);
}

static void table_free(struct set_table *table)
{
	set_table_close(table);
	free(table->memory.start);
}

static void table_fill(struct set_table *table)
{
	for (int i = 0; i < TEXTS; i++) {
		struct set_entry entry = entry_of(i);

		set_table_add(table, i % SETS, &entry, NOW);
		set_table_add(table, (i + 1) % SETS, &entry, NOW);
	}
}

static void table_flip(struct set_table *table, const uint8_t *bytes,
		       size_t size)
{
	uint32_t words = table->memory.lines * (TG_SET_LINE / sizeof(uint32_t));

	for (; size >= FLIP_SIZE; bytes += FLIP_SIZE, size -= FLIP_SIZE) {
		uint32_t at = (bytes[0] | bytes[1] << 8) % words, change;

		memcpy(&change, bytes + 2, sizeof(change));
		((uint32_t *)table->memory.start)[at] ^= change;
	}
}

/* What programs do. */
static void look_up(struct set_table *table)
{
	for (int i = 0; i < TEXTS; i++) {
		struct set_entry entry = entry_of(i);

		entry.key.form = set_form_is_ip4(entry.key.form)
					 ? TG_SET_FORM_IP4(32)
					 : TG_SET_FORM_IP6(128);
		tg_set_find(&table->memory, &entry.key);
		set_table_find(table, i % SETS, &entry.key, NOW);
	}
}

static void change(struct set_table *table)
{
	for (int i = 0; i < TEXTS; i++) {
		struct set_entry entry = entry_of(i);

		if (i % 2)
			set_table_del(table, i % SETS, &entry, NOW);
		entry.deadline = NOW + 7;
		if (!entry.is_exception)
			set_table_add(table, i % SETS, &entry, NOW);
	}
}

/* A damaged table is made anew from what can be read. */
static void copy(struct set_table *table)
{
	struct set_counts counts;
	struct set_table next;

	table_make(&next, 50, 400);
	set_table_count(table, ~0U, NOW, &counts);
	set_table_copy(table, &next, ~0U, NOW);
	if (next.trie.is_damaged || !set_table_is_sound(&next))
		abort();
	table_free(&next);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct set_table table;

	set_clock = NOW;
	table_make(&table, 10, 64);
	table_fill(&table);
	table_flip(&table, bytes, size);
	if (set_table_is_sound(&table)) {
		look_up(&table);
		copy(&table);
		change(&table);
		look_up(&table);
		copy(&table);
	}
	table_free(&table);
	return 0;
}
