// SPDX-License-Identifier: GPL-2.0-only
/* Find prefixes in the tries, and add them. */
#include "trie.h"
#include "trie_place.h"

static struct tg_set_address address_of(const struct tg_set_record *record)
{
	return (struct tg_set_address){ record->high, record->low };
}

static unsigned int common_bits(const struct tg_set_address *a,
				const struct tg_set_address *b)
{
	if (a->high != b->high)
		return __builtin_clzll(a->high ^ b->high);
	if (a->low != b->low)
		return 64 + __builtin_clzll(a->low ^ b->low);
	return 128;
}

/* --- find */

/* The longest prefix that covers the address and is shorter than that. */
static struct tg_set_record *find_covering(struct trie *trie,
					   const struct trie_prefix *prefix,
					   unsigned int below)
{
	struct tg_set_address address = { prefix->high, prefix->low };
	uint32_t passed, line;

	line = TG_SET_WORD_LINE(tg_set_walk(trie->memory,
					    *trie_root(trie, prefix->is_ip6),
					    &address, &passed));
	for (int i = 0; line && i < TG_SET_PARENTS_MAX; i++) {
		struct tg_set_record *record = trie_record(trie, line);

		if (record->length < below && tg_set_covers(record, &address))
			return record;
		line = record->parent;
	}
	if (line)
		trie->is_damaged = true;
	return NULL;
}

struct tg_set_record *trie_find(struct trie *trie,
				const struct trie_prefix *prefix)
{
	struct tg_set_record *record;

	trie_begin(trie);
	record = find_covering(trie, prefix, prefix->length + 1);
	return record && !trie->is_damaged && record->length == prefix->length
		       ? record
		       : NULL;
}

/* A record below the node that is longer than the path to it. */
static const struct tg_set_record *find_below(struct trie *trie, uint64_t word,
					      unsigned int path,
					      unsigned int next)
{
	const struct tg_set_record *found = NULL;
	unsigned int nibble;

	if (!word)
		return NULL;
	if (word & TG_SET_WORD_RECORD) {
		found = trie_record_of(trie, word);
		return found->length > path ? found : NULL;
	}
	if (!trie_nibble(trie, word, next, &nibble))
		return NULL;
	for (int i = 0; i < TG_SET_WORDS_IN_NODE && !found; i++)
		found = find_below(trie, trie_node_at(trie, word)->words[i],
				   path, nibble + 1);
	return found;
}

/* --- add */

/* The prefix becomes the parent of what is longer than it. */
static void link_parent(struct trie *trie, const struct trie_place *place,
			const struct trie_change *change)
{
	struct tg_set_record *record = trie_record_of(trie, *place->word);

	while (record->parent &&
	       trie_record(trie, record->parent)->length > change->length)
		record = trie_record(trie, record->parent);
	if (record->parent != change->line)
		trie_publish_parent(record, change->line);
	trie_publish(place->word,
		     trie_plain_word(TG_SET_WORD_LINE(*place->word)));
}

/* The prefix covers all that the word is for. */
static void cover(struct trie *trie, const struct trie_place *place,
		  const struct trie_change *change)
{
	uint64_t word = *place->word;
	unsigned int nibble;

	if (!word) {
		trie_publish(place->word, trie_plain_word(change->line));
	} else if (word & TG_SET_WORD_RECORD) {
		if (trie_record_of(trie, word)->length > change->length)
			link_parent(trie, place, change);
		else if (trie_record_of(trie, word)->length < change->length)
			trie_publish(place->word,
				     trie_plain_word(change->line));
	} else if (trie_nibble(trie, word, place->next, &nibble)) {
		for (int i = 0; i < TG_SET_WORDS_IN_NODE; i++) {
			struct trie_place below = trie_child(trie, place, i);

			cover(trie, &below, change);
		}
	}
}

/*
 * Put a node in front of the word, for the nibble where a prefix parts from the
 * record that is behind the word. All other children are what covers them.
 */
static bool put_node(struct trie *trie, const struct trie_place *place,
		     const struct tg_set_record *behind, unsigned int nibble)
{
	struct tg_set_address address = address_of(behind);
	unsigned int same = tg_set_nibble(&address, nibble);
	__u64 *half = nibble < 16 ? &address.high : &address.low;
	unsigned int shift = 60 - 4 * (nibble % 16);
	uint32_t line = trie_take_node(trie);
	struct trie_place below = {
		.next = nibble + 1,
		.is_whole = place->is_whole && nibble == place->next,
	};
	struct tg_set_node *node;

	if (!line)
		return false;
	node = trie_node(trie, line);
	for (unsigned int i = 0; i < TG_SET_WORDS_IN_NODE; i++) {
		const struct tg_set_record *record = behind;

		*half = (*half & ~(15ULL << shift)) | (__u64)i << shift;
		while (record && (record->length > 4 * nibble + 4 ||
				  !tg_set_covers(record, &address)))
			record = record->parent
					 ? trie_record(trie, record->parent)
					 : NULL;
		below.word = &node->words[i];
		if (i != same)
			*below.word = trie_record_word(
				trie, &below,
				record ? trie_line_of(trie, record) : 0);
		else if (*place->word & TG_SET_WORD_RECORD)
			*below.word = trie_record_word(
				trie, &below, TG_SET_WORD_LINE(*place->word));
		else
			*below.word = *place->word;
	}
	trie_publish(place->word,
		     (uint64_t)nibble << TG_SET_WORD_NIBBLE_SHIFT | line |
			     (below.is_whole ? TG_SET_WORD_WHOLE : 0));
	return true;
}

static void cover_children(struct trie *trie, const struct trie_place *place,
			   unsigned int nibble,
			   const struct trie_change *change)
{
	unsigned int count, first = trie_first_child(change, nibble, &count);

	for (unsigned int i = first; i < first + count; i++) {
		struct trie_place below = trie_child(trie, place, i);

		cover(trie, &below, change);
	}
}

static bool insert(struct trie *trie, struct trie_place place,
		   const struct trie_change *change)
{
	for (;;) {
		uint64_t word = *place.word;
		bool is_record = word & TG_SET_WORD_RECORD;
		unsigned int nibble = TG_SET_WORD_NIBBLE(word), path, common;
		const struct tg_set_record *behind;
		struct tg_set_address address;

		if (change->length <= 4 * place.next || !word) {
			cover(trie, &place, change);
			return true;
		}
		behind = is_record ? trie_record_of(trie, word)
				   : find_below(trie, word, 4 * nibble,
						place.next);
		if (!behind) {
			trie->is_damaged = true;
			return false;
		}
		path = is_record ? behind->length : 4 * nibble;
		address = address_of(behind);
		common = common_bits(&address, &change->address);
		if (common < path && common < change->length) {
			if (!put_node(trie, &place, behind, common / 4))
				return false;
			continue;
		}
		if (is_record) {
			cover(trie, &place, change);
			return true;
		}
		if (change->length < path + 4) {
			cover_children(trie, &place, nibble, change);
			return true;
		}
		place = trie_child(trie, &place,
				   tg_set_nibble(&change->address, nibble));
	}
}

static void fill_record(struct tg_set_record *record,
			const struct trie_prefix *prefix, uint32_t parent)
{
	record->high = prefix->high;
	record->low = prefix->low;
	record->length = prefix->length;
	record->high_bits = prefix->length < 64 ? prefix->length : 64;
	record->low_bits = prefix->length - record->high_bits;
	record->parent = parent;
}

struct tg_set_record *trie_add(struct trie *trie,
			       const struct trie_prefix *prefix)
{
	struct tg_set_record *record = trie_find(trie, prefix), *covering;
	struct trie_change change = trie_change_of(prefix);
	uint32_t places;

	if (record)
		trie_expose(trie, prefix);
	if (record || trie->is_damaged)
		return record;
	covering = find_covering(trie, prefix, prefix->length);
	change.line = trie_take_record(trie);
	if (!change.line)
		return NULL;
	record = trie_record(trie, change.line);
	fill_record(record, prefix,
		    covering ? trie_line_of(trie, covering) : 0);
	trie->pending = change.line;
	places = trie_root_places(*trie_root(trie, prefix->is_ip6), &change);
	for (uint32_t i = 0; i < places; i++)
		if (!insert(trie,
			    trie_root_place(trie, prefix->is_ip6, &change, i),
			    &change))
			return NULL;
	return trie->is_damaged ? NULL : record;
}

struct tg_set_record *trie_extend(struct trie *trie,
				  struct tg_set_record *record)
{
	struct tg_set_record *more;
	uint32_t line;

	trie_begin(trie);
	line = trie_take_record(trie);
	if (!line)
		return NULL;
	more = trie_record(trie, line);
	more->high = record->high;
	more->low = record->low;
	more->length = record->length;
	more->high_bits = record->high_bits;
	more->low_bits = record->low_bits;
	more->parent = record->parent;
	trie_publish_parent(record, line);
	return trie->is_damaged ? NULL : more;
}
