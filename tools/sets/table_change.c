// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries come to a table and go: hosts, ports and the like as hashed keys, in
 * the way that rules use, and prefixes and exceptions in tries.
 *
 * A set is in a prefix's record for good, or until a deadline: what is new is
 * written before what it replaces is cleared, so the prefix is in all the time.
 */
#include "table.h"

static struct trie_prefix prefix_of(const struct tg_set_key *key)
{
	return (struct trie_prefix){
		.high = (uint64_t)key->words[0] << 32 | key->words[1],
		.low = (uint64_t)key->words[2] << 32 | key->words[3],
		.length = set_form_length(key->form),
		.is_ip6 = set_form_is_ip6(key->form),
	};
}

static struct tg_set_wish wish_of(const struct set_entry *entry, uint32_t now)
{
	return (struct tg_set_wish){ .key = entry->key,
				     .deadline = entry->deadline,
				     .now = now,
				     .exact = 1 };
}

/* --- states of a prefix, which may have several records */

/* No set is in more than one state that has not passed. */
#define RECORDS_MAX (TG_SETS + 1)

/* The next record of the same prefix, or NULL; `count` starts at 0. */
static struct tg_set_record *next_record(const struct set_table *table,
					 const struct tg_set_record *record,
					 unsigned int *count)
{
	struct tg_set_record *next = NULL;

	if (record->parent && ++*count < RECORDS_MAX)
		next = tg_set_line(&table->memory, record->parent);
	return next && next->length == record->length ? next : NULL;
}

static bool state_is_live(uint64_t state, uint32_t now)
{
	return TG_SET_STATE_SETS(state) && TG_SET_STATE_DEADLINE(state) > now;
}

/* The state that the set is in, or NULL. */
static __u64 *find_state(const struct set_table *table,
			 struct tg_set_record *record, uint32_t bit,
			 uint32_t now)
{
	unsigned int count = 0;

	for (; record; record = next_record(table, record, &count)) {
		for (int i = 0; i < TG_SET_STATES; i++) {
			__u64 *state = &record->states[i];

			if (TG_SET_STATE_SETS(*state) & bit &&
			    state_is_live(*state, now))
				return state;
		}
	}
	return NULL;
}

/* A state with this deadline, or one that is free. */
static __u64 *choose_state(struct set_table *table, struct tg_set_record *first,
			   uint32_t deadline, uint32_t now)
{
	struct tg_set_record *record = first;
	unsigned int count = 0;
	__u64 *free = NULL;

	for (; record; record = next_record(table, record, &count)) {
		for (int i = 0; i < TG_SET_STATES; i++) {
			__u64 *state = &record->states[i];

			if (!state_is_live(*state, now))
				free = state;
			else if (TG_SET_STATE_DEADLINE(*state) == deadline)
				return state;
		}
	}
	if (free)
		return free;
	record = trie_extend(&table->trie, first);
	return record ? record->states : NULL;
}

static struct tg_set_record *record_of_state(const struct set_table *table,
					     const __u64 *state)
{
	size_t offset = (const char *)state - table->memory.start;

	return tg_set_line(&table->memory, offset / TG_SET_LINE);
}

static void write_state(const struct set_table *table, __u64 *state,
			uint64_t value)
{
	TG_WRITE(record_of_state(table, state)->is_timed, 1);
	__atomic_store_n(state, value, __ATOMIC_RELEASE);
}

static bool join(struct set_table *table, struct tg_set_record *record,
		 uint32_t bit, uint32_t deadline, uint32_t now)
{
	__u64 *state;

	if (deadline == TG_SET_FOREVER) {
		TG_WRITE(record->sets, record->sets | bit);
		return true;
	}
	state = choose_state(table, record, deadline, now);
	if (!state)
		return false;
	write_state(table, state,
		    state_is_live(*state, now) ? *state | bit
					       : TG_SET_STATE(bit, deadline));
	return true;
}

/* The set leaves all states, but for those of the deadline that it keeps. */
static void leave(const struct set_table *table, struct tg_set_record *record,
		  uint32_t bit, uint32_t kept)
{
	unsigned int count = 0;

	for (; record; record = next_record(table, record, &count)) {
		if (kept != TG_SET_FOREVER && record->sets & bit)
			TG_WRITE(record->sets, record->sets & ~bit);
		for (int i = 0; i < TG_SET_STATES; i++) {
			__u64 *state = &record->states[i];

			if (TG_SET_STATE_SETS(*state) & bit &&
			    TG_SET_STATE_DEADLINE(*state) != kept)
				write_state(table, state,
					    *state & ~(uint64_t)bit);
		}
	}
}

static bool is_empty(const struct set_table *table,
		     const struct tg_set_record *record, uint32_t now)
{
	unsigned int count = 0;

	for (; record; record = next_record(table, record, &count)) {
		if (record->sets | record->exceptions)
			return false;
		for (int i = 0; i < TG_SET_STATES; i++)
			if (state_is_live(record->states[i], now))
				return false;
	}
	return true;
}

static uint32_t deadline_in(const struct set_table *table,
			    struct tg_set_record *record, uint32_t bit,
			    bool is_exception, uint32_t now)
{
	const __u64 *state;

	if (!record)
		return 0;
	if (is_exception)
		return record->exceptions & bit ? TG_SET_FOREVER : 0;
	if (record->sets & bit)
		return TG_SET_FOREVER;
	state = find_state(table, record, bit, now);
	return state ? TG_SET_STATE_DEADLINE(*state) : 0;
}

/* --- prefixes */

static enum set_answer add_prefix(struct set_table *table, unsigned int number,
				  const struct set_entry *entry, uint32_t now)
{
	struct trie_prefix prefix = prefix_of(&entry->key);
	struct tg_set_record *record = trie_find(&table->trie, &prefix);
	struct tg_set_at at = set_at(table, number);
	uint32_t bit = 1U << number;
	uint32_t before =
		deadline_in(table, record, bit, entry->is_exception, now);

	set_advance(&at, now);
	if (before == entry->deadline)
		return SET_KEPT;
	if (!before && at.set->count >= at.set->size)
		return SET_FULL;
	record = trie_add(&table->trie, &prefix);
	if (!record)
		return SET_NO_ROOM;
	if (entry->is_exception)
		TG_WRITE(record->exceptions, record->exceptions | bit);
	else if (!join(table, record, bit, entry->deadline, now))
		return SET_NO_ROOM;
	if (before)
		leave(table, record, bit, entry->deadline);
	trie_settle(&table->trie, &prefix);
	if (!before) {
		tg_set_count(&at, entry->deadline, 1);
		return SET_ADDED;
	}
	tg_set_turn(&at, before, -1);
	tg_set_turn(&at, entry->deadline, 1);
	return SET_KEPT;
}

static bool del_prefix(struct set_table *table, unsigned int number,
		       const struct set_entry *entry, uint32_t now)
{
	struct trie_prefix prefix = prefix_of(&entry->key);
	struct tg_set_record *record = trie_find(&table->trie, &prefix);
	struct tg_set_at at = set_at(table, number);
	uint32_t bit = 1U << number;
	uint32_t before =
		deadline_in(table, record, bit, entry->is_exception, now);

	if (!before)
		return false;
	set_advance(&at, now);
	trie_expose(&table->trie, &prefix);
	if (entry->is_exception)
		TG_WRITE(record->exceptions, record->exceptions & ~bit);
	else
		leave(table, record, bit, 0);
	tg_set_count(&at, before, -1);
	if (is_empty(table, record, now))
		trie_remove(&table->trie, &prefix);
	else
		trie_settle(&table->trie, &prefix);
	return true;
}

/* --- hashed keys */

static uint32_t hashed_deadline(const struct set_table *table,
				unsigned int number,
				const struct tg_set_key *key, uint32_t now)
{
	const struct tg_set_head *head = set_head(&table->memory);
	uint64_t hash = tg_set_hash(head, key);
	uint32_t found = 0;

	for (uint32_t choice = 0; choice < TG_SET_CHOICES; choice++) {
		uint32_t bucket = tg_set_bucket(head, hash, choice);
		const __u64 *words =
			tg_set_bucket_words(&table->memory, bucket);
		uint64_t lanes;

		if (!words)
			break;
		lanes = tg_set_lanes(words, tg_set_mark(hash));
		for (; lanes; lanes &= lanes - 1) {
			const struct tg_set_entry *entry = tg_set_entry(
				&table->memory, bucket, tg_set_way(lanes));
			uint64_t state;

			if (!entry)
				continue;
			/* before the key: see tg_set_read_lane() */
			state = TG_READ(entry->state);
			if (!tg_set_is_key(entry, key))
				continue;
			if (TG_SET_STATE_SETS(state) >> number & 1 &&
			    TG_SET_STATE_DEADLINE(state) > now &&
			    TG_SET_STATE_DEADLINE(state) > found)
				found = TG_SET_STATE_DEADLINE(state);
		}
		if (!tg_set_has_spilled(words))
			break;
	}
	return found;
}

static enum set_answer add_hashed(const struct set_table *table,
				  unsigned int number,
				  const struct set_entry *entry, uint32_t now)
{
	struct tg_set_at at = set_at(table, number);
	struct tg_set_wish wish = wish_of(entry, now);

	switch (tg_set_add(&at, &wish)) {
	case TG_SET_ADDED:
		return SET_ADDED;
	case TG_SET_KEPT:
		return SET_KEPT;
	default:
		/* only refusals of rules are counted */
		__sync_fetch_and_sub(&at.set->refused, 1);
		return TG_READ(at.set->count) >= at.set->size ? SET_FULL
							      : SET_NO_ROOM;
	}
}

static bool del_hashed(const struct set_table *table, unsigned int number,
		       const struct set_entry *entry, uint32_t now)
{
	struct tg_set_at at = set_at(table, number);
	struct tg_set_wish wish = wish_of(entry, now);

	wish.deadline = 0;
	set_advance(&at, now);
	return tg_set_del(&at, &wish);
}

/* --- */

/* Enough for the lines of one to come while the others are added. */
#define EXPECT_AHEAD 12

void set_table_expect(const struct set_table *table,
		      const struct set_entries *entries, size_t next)
{
	const struct set_memory *memory = &table->memory;
	const struct set_entry *entry;
	uint32_t bucket, way;
	uint64_t hash;

	/* what is mapped in parts is for few entries */
	if (memory->windows || entries->count - next <= EXPECT_AHEAD)
		return;
	entry = &entries->list[next + EXPECT_AHEAD];
	if (!set_entry_is_hashed(entry))
		return;
	hash = tg_set_hash(set_head(memory), &entry->key);
	bucket = tg_set_bucket(set_head(memory), hash, 0);
	way = tg_set_way(tg_set_lane_bit(tg_set_first_lane(hash)));
	__builtin_prefetch(tg_set_bucket_words(memory, bucket), 1);
	__builtin_prefetch(tg_set_entry(memory, bucket, way), 1);
}

/* Prefixes that rules change are hashed keys: their length is registered. */
static bool may_be_hashed(const struct set_table *table,
			  const struct set_entry *entry)
{
	return set_entry_is_hashed(entry) ||
	       (!entry->is_exception &&
		set_length_is_registered(table, entry->key.form));
}

enum set_answer set_table_add(struct set_table *table, unsigned int number,
			      const struct set_entry *entry, uint32_t now)
{
	return may_be_hashed(table, entry)
		       ? add_hashed(table, number, entry, now)
		       : add_prefix(table, number, entry, now);
}

bool set_table_del(struct set_table *table, unsigned int number,
		   const struct set_entry *entry, uint32_t now)
{
	bool was_in = false;

	if (may_be_hashed(table, entry))
		was_in = del_hashed(table, number, entry, now);
	if (!set_entry_is_hashed(entry))
		was_in |= del_prefix(table, number, entry, now);
	return was_in;
}

uint32_t set_table_get(struct set_table *table, unsigned int number,
		       const struct set_entry *entry, uint32_t now)
{
	uint32_t deadline = 0;

	if (may_be_hashed(table, entry))
		deadline = hashed_deadline(table, number, &entry->key, now);
	if (!set_entry_is_hashed(entry)) {
		struct trie_prefix prefix = prefix_of(&entry->key);
		uint32_t other =
			deadline_in(table, trie_find(&table->trie, &prefix),
				    1U << number, entry->is_exception, now);

		if (other > deadline)
			deadline = other;
	}
	return deadline;
}
