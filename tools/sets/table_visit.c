// SPDX-License-Identifier: GPL-2.0-only
/* Walk over all entries of a table. */
#include <stdlib.h>

#include "table.h"
#include "trie_lines.h"

struct walk {
	const struct set_table *table;
	uint32_t now;
	set_visit_fn *visit;
	void *context;
	bool is_ip6;
	uint8_t *seen; /* lines of records: several words lead to one */
};

/* --- hashed keys */

/* The key and its state, of one moment: an entry may be used for another key.
 */
static void read_entry(const struct tg_set_entry *entry,
		       struct set_found *found)
{
	uint64_t state;

	do {
		state = __atomic_load_n(&entry->state, __ATOMIC_ACQUIRE);
		found->key = *(const volatile struct tg_set_key *)&entry->key;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (TG_READ(entry->state) != state);
	found->sets = TG_SET_STATE_SETS(state);
	found->deadline = TG_SET_STATE_DEADLINE(state);
}

static bool visit_bucket(const struct walk *walk, uint32_t bucket)
{
	const struct set_memory *memory = &walk->table->memory;
	const __u64 *words = tg_set_bucket_words(memory, bucket);

	for (uint32_t lane = 0; words && lane < TG_SET_WAYS; lane++) {
		uint16_t mark =
			TG_READ(words[lane >> 2]) >> tg_set_lane_shift(lane);
		struct set_found found = { .is_hashed = true };
		const struct tg_set_entry *entry;

		if (mark < TG_SET_MARK_MIN)
			continue;
		entry = tg_set_entry(memory, bucket,
				     tg_set_way(tg_set_lane_bit(lane)));
		if (!entry)
			continue;
		read_entry(entry, &found);
		if (found.deadline > walk->now && found.sets &&
		    !walk->visit(walk->context, &found))
			return false;
	}
	return true;
}

static bool visit_hashed(const struct walk *walk)
{
	const struct tg_set_head *head = set_head(&walk->table->memory);

	for (uint32_t i = 0; i < head->buckets; i++)
		if (!visit_bucket(walk, i))
			return false;
	return true;
}

/* --- prefixes */

static bool record_is_sound(const struct walk *walk,
			    const struct tg_set_record *record)
{
	unsigned int length = record->length;

	return length <= (walk->is_ip6 ? 128 : 32) &&
	       !(record->high & ~tg_set_upper(length < 64 ? length : 64)) &&
	       !(record->low & ~tg_set_upper(length < 64 ? 0 : length - 64));
}

static bool visit_record(const struct walk *walk,
			 const struct tg_set_record *record)
{
	struct set_found found = {
		.key = {
			.words = { record->high >> 32, record->high,
				   record->low >> 32, record->low },
			.form = walk->is_ip6
					? TG_SET_FORM_IP6(record->length)
					: TG_SET_FORM_IP4(record->length),
		},
		.sets = record->sets,
		.exceptions = record->exceptions,
		.deadline = TG_SET_FOREVER,
	};

	if (!record_is_sound(walk, record))
		return true;
	if (found.sets | found.exceptions &&
	    !walk->visit(walk->context, &found))
		return false;
	found.exceptions = 0;
	for (int i = 0; i < TG_SET_STATES; i++) {
		uint64_t state = TG_READ(record->states[i]);

		found.sets = TG_SET_STATE_SETS(state);
		found.deadline = TG_SET_STATE_DEADLINE(state);
		if (found.sets && found.deadline > walk->now &&
		    !walk->visit(walk->context, &found))
			return false;
	}
	return true;
}

static bool visit_chain(const struct walk *walk, uint32_t line)
{
	while (line && line < walk->table->memory.lines && !walk->seen[line]) {
		const struct tg_set_record *record =
			tg_set_line(&walk->table->memory, line);

		walk->seen[line] = 1;
		if (!visit_record(walk, record))
			return false;
		line = record->parent;
	}
	return true;
}

/* Nibbles grow on the way down, so it ends, whatever the words are. */
static bool visit_word(const struct walk *walk, uint64_t word,
		       unsigned int from)
{
	uint32_t line = TG_SET_WORD_LINE(word);
	const struct tg_set_node *node;

	if (word & TG_SET_WORD_RECORD)
		return visit_chain(walk, line);
	if (!trie_is_node_line(&walk->table->memory, line) ||
	    walk->seen[line] || TG_SET_WORD_NIBBLE(word) < from)
		return true;
	walk->seen[line] = 1;
	node = tg_set_line(&walk->table->memory, line);
	for (int i = 0; i < TG_SET_WORDS_IN_NODE; i++)
		if (!visit_word(walk, node->words[i],
				TG_SET_WORD_NIBBLE(word) + 1))
			return false;
	return true;
}

static bool visit_root(const struct walk *walk, uint64_t word)
{
	uint32_t line = TG_SET_WORD_LINE(word);

	if (!(word & TG_SET_WORD_WIDE) || word & TG_SET_WORD_RECORD)
		return visit_word(walk, word, 0);
	for (uint32_t i = 0; i < TG_SET_WIDE_LINES; i++) {
		const uint64_t *words =
			tg_set_line(&walk->table->memory, line + i);

		for (int j = 0; words && j < TG_SET_WORDS_IN_LINE; j++)
			if (!visit_word(walk, words[j], 0))
				return false;
	}
	return true;
}

bool set_table_visit(const struct set_table *table, uint32_t now,
		     set_visit_fn *visit, void *context)
{
	const struct tg_set_head *head = set_head(&table->memory);
	struct walk walk = {
		.table = table, .now = now, .visit = visit, .context = context
	};
	bool is_whole;

	walk.seen = calloc(table->memory.lines, 1);
	if (!walk.seen)
		return false;
	is_whole = visit_hashed(&walk) && visit_root(&walk, head->roots[0]);
	walk.is_ip6 = true;
	is_whole = is_whole && visit_root(&walk, head->roots[1]);
	free(walk.seen);
	return is_whole;
}

/* --- counts */

struct counting {
	struct set_counts *counts;
	uint32_t mask;
};

static bool count_found(void *context, const struct set_found *found)
{
	struct counting *counting = context;
	struct set_counts *counts = counting->counts;
	uint32_t sets = found->sets & counting->mask;
	uint32_t exceptions = found->exceptions & counting->mask;

	if (!found->is_hashed && sets | exceptions)
		counts->prefixes[set_form_is_ip6(found->key.form)]++;
	for (; sets; sets &= sets - 1)
		counts->entries[__builtin_ctz(sets)]++;
	for (; exceptions; exceptions &= exceptions - 1)
		counts->entries[__builtin_ctz(exceptions)]++;
	return true;
}

bool set_table_count(const struct set_table *table, uint32_t mask, uint32_t now,
		     struct set_counts *counts)
{
	struct counting counting = { .counts = counts, .mask = mask };

	*counts = (struct set_counts){ 0 };
	return set_table_visit(table, now, count_found, &counting);
}
