// SPDX-License-Identifier: GPL-2.0-only
/* Make a table of sets, and the lines of its sets. */
#include <string.h>

#include "table.h"

/* Of 7 entries of a bucket, 4.2 are taken if all sets are full. */
#define KEYS_IN_10_BUCKETS 42

/* Deleted and expired keys keep their entries for a second. */
#define SPARE_BUCKETS 64

/* The shortest time that a wheel covers. */
#define WHEEL_SECONDS 3600

#define UNIT (1ULL << TG_SET_TIME_SHIFT) /* ns */
#define SECOND 1000000000ULL

uint32_t set_units(uint64_t seconds)
{
	uint64_t units = (seconds * SECOND + UNIT - 1) / UNIT;

	return units < TG_SET_FOREVER ? units : TG_SET_FOREVER - 1;
}

uint64_t set_seconds(uint32_t units)
{
	return (units * UNIT + SECOND / 2) / SECOND;
}

uint32_t set_shape_buckets(uint64_t keys)
{
	uint64_t buckets = 10 * keys / KEYS_IN_10_BUCKETS + SPARE_BUCKETS;

	return buckets < TG_SET_LINES_MAX ? buckets : TG_SET_LINES_MAX;
}

/* A record each, and a node each at most: one less, but it is two lines. */
uint64_t set_shape_lines(uint64_t prefixes)
{
	return (1 + TG_SET_NODE_LINES) * prefixes;
}

static uint32_t entries_line(uint32_t buckets)
{
	return TG_SET_SETS_END +
	       (buckets + TG_SET_BUCKETS_IN_LINE - 1) / TG_SET_BUCKETS_IN_LINE;
}

static uint32_t arena_line(uint32_t buckets)
{
	uint32_t line = entries_line(buckets) +
			(buckets * TG_SET_WAYS + 1) / TG_SET_ENTRIES_IN_LINE;

	return (line + TG_SET_NODE_LINES - 1) / TG_SET_NODE_LINES *
	       TG_SET_NODE_LINES;
}

uint32_t set_shape_least(const struct set_shape *shape)
{
	uint64_t lines = shape->arena;

	if (shape->buckets >= TG_SET_LINES_MAX)
		return 0;
	lines += arena_line(shape->buckets);
	lines += TG_SET_WIDE_LINES * (shape->is_wide[0] + shape->is_wide[1]);
	return lines <= TG_SET_LINES_MAX ? lines : 0;
}

uint32_t set_shape_size(const struct set_shape *shape)
{
	uint32_t lines = set_shape_least(shape);

	return (lines + TG_SET_BLOCK_LINES - 1) / TG_SET_BLOCK_LINES *
	       TG_SET_BLOCK_LINES;
}

_Static_assert(TG_SET_LINES_MAX % TG_SET_BLOCK_LINES == 0, "none is too large");

void set_table_format(struct set_table *table, const struct set_shape *shape,
		      const uint32_t secret[TG_SET_SECRETS])
{
	struct tg_set_head head = {
		.version = TG_SET_VERSION,
		.lines = table->memory.lines,
		.buckets = shape->buckets,
		.marks = TG_SET_SETS_END,
		.entries = entries_line(shape->buckets),
		.arena = arena_line(shape->buckets),
	};

	head.next = head.arena;
	head.end = head.lines;
	for (int i = 0; i < 2; i++) {
		if (!shape->is_wide[i])
			continue;
		head.roots[i] = TG_SET_WORD_WIDE | head.next;
		head.next += TG_SET_WIDE_LINES;
	}
	memcpy(head.secret, secret, sizeof(head.secret));
	*set_head(&table->memory) = head;
	table->trie = (struct trie){ .memory = &table->memory };
}

static bool set_is_sound(const struct tg_set *set)
{
	return !set->is_used || (memchr(set->name, '\0', sizeof(set->name)) &&
				 set->kind < TG_SET_KINDS && set->shift < 32);
}

bool set_table_is_sound(const struct set_table *table)
{
	const struct tg_set_head *head = set_head(&table->memory);

	for (unsigned int i = 0; i < TG_SETS; i++)
		if (table->memory.lines <= TG_SET_SETS_END ||
		    !set_is_sound(set_line(&table->memory, i)))
			return false;
	return head->version == TG_SET_VERSION &&
	       head->lines == table->memory.lines && head->buckets &&
	       head->buckets < TG_SET_LINES_MAX &&
	       head->marks == TG_SET_SETS_END &&
	       head->entries == entries_line(head->buckets) &&
	       head->arena == arena_line(head->buckets) &&
	       head->next % TG_SET_NODE_LINES == 0 &&
	       head->arena <= head->next && head->next <= head->end &&
	       head->end <= head->lines;
}

void set_table_close(struct set_table *table)
{
	trie_close(&table->trie);
}

/* --- sets */

unsigned int set_number(const struct set_table *table, const char *name)
{
	for (unsigned int i = 0; i < TG_SETS; i++) {
		const struct tg_set *set = set_line(&table->memory, i);

		if (set->is_used &&
		    !strncmp(set->name, name, sizeof(set->name)))
			return i;
	}
	return TG_SETS;
}

unsigned int set_wheel_shift(uint32_t units)
{
	uint32_t hour = set_units(WHEEL_SECONDS);
	unsigned int shift = 0;

	if (units < hour)
		units = hour;
	while ((uint64_t)(TG_SET_WHEEL - 1) << shift < units)
		shift++;
	return shift;
}

void set_define(struct set_table *table, unsigned int number, const char *name,
		unsigned int kind, uint32_t size, uint32_t timeout,
		uint32_t now)
{
	struct tg_set *set = set_line(&table->memory, number);

	*set = (struct tg_set){
		.kind = kind,
		.size = size,
		.timeout = timeout,
		.shift = set_wheel_shift(set_units(timeout)),
	};
	memcpy(set->name, name, strnlen(name, sizeof(set->name) - 1));
	set->hand = now >> set->shift;
	__atomic_store_n(&set->is_used, 1, __ATOMIC_RELEASE);
}

struct tg_set_at set_at(const struct set_table *table, unsigned int number)
{
	return (struct tg_set_at){
		.table = &table->memory,
		.set = set_line(&table->memory, number),
		.number = number,
	};
}

void set_advance(const struct tg_set_at *at, uint32_t now)
{
	struct tg_set_wish wish = { .now = now };
	struct tg_set_changing changing = tg_set_change(at, &wish);

	tg_set_advance(&changing);
}

/* --- lengths */

bool set_length_is_registered(const struct set_table *table, uint8_t form)
{
	const struct tg_set_head *head = set_head(&table->memory);

	return form && memchr(head->lengths, form, sizeof(head->lengths));
}

bool set_length_register(struct set_table *table, uint8_t form)
{
	struct tg_set_head *head = set_head(&table->memory);
	uint8_t *place = memchr(head->lengths, 0, sizeof(head->lengths));

	if (set_length_is_registered(table, form))
		return true;
	if (place)
		TG_WRITE(*place, form);
	return place;
}
