// SPDX-License-Identifier: GPL-2.0-only
/* Visit the words of a prefix: when its record changes, or goes. */
#include "trie.h"
#include "trie_place.h"

typedef void visit_fn(struct trie *trie, const struct trie_place *place,
		      const struct trie_change *change);

/* A node that tells nothing apart any more: all words are the same, or none. */
static void merge_node(struct trie *trie, const struct trie_place *place)
{
	const struct tg_set_node *node = trie_node_at(trie, *place->word);
	uint32_t line = TG_SET_WORD_LINE(node->words[0]);

	for (int i = 0; i < TG_SET_WORDS_IN_NODE; i++)
		if (TG_SET_WORD_LINE(node->words[i]) != line ||
		    (line && !(node->words[i] & TG_SET_WORD_RECORD)))
			return;
	trie_publish(place->word, trie_record_word(trie, place, line));
}

static void visit_below(struct trie *trie, const struct trie_place *place,
			const struct trie_change *change, visit_fn *visit)
{
	uint64_t word = *place->word;
	unsigned int nibble, first, count;

	if (!word)
		return;
	if (word & TG_SET_WORD_RECORD) {
		visit(trie, place, change);
		return;
	}
	if (!trie_nibble(trie, word, place->next, &nibble))
		return;
	first = trie_first_child(change, nibble, &count);
	for (unsigned int i = first; i < first + count; i++) {
		struct trie_place below = trie_child(trie, place, i);

		visit_below(trie, &below, change, visit);
	}
	if (change->is_removal)
		merge_node(trie, place);
}

static void visit_words(struct trie *trie, bool is_ip6,
			const struct trie_change *change, visit_fn *visit)
{
	uint32_t places = trie_root_places(*trie_root(trie, is_ip6), change);

	for (uint32_t i = 0; i < places && !trie->is_damaged; i++) {
		struct trie_place place =
			trie_root_place(trie, is_ip6, change, i);

		visit_below(trie, &place, change, visit);
	}
}

static void expose_word(struct trie *trie, const struct trie_place *place,
			const struct trie_change *change)
{
	(void)trie;
	if (TG_SET_WORD_LINE(*place->word) == change->line)
		trie_publish(place->word, trie_plain_word(change->line));
}

static void settle_word(struct trie *trie, const struct trie_place *place,
			const struct trie_change *change)
{
	if (TG_SET_WORD_LINE(*place->word) == change->line)
		trie_publish(place->word,
			     trie_record_word(trie, place, change->line));
}

/* Those of all other records are plain already. */
static void visit_simple(struct trie *trie, const struct trie_prefix *prefix,
			 visit_fn *visit)
{
	struct tg_set_record *record = trie_find(trie, prefix);
	struct trie_change change = trie_change_of(prefix);

	if (!record || !trie_is_simple(record))
		return;
	change.line = trie_line_of(trie, record);
	visit_words(trie, prefix->is_ip6, &change, visit);
}

void trie_expose(struct trie *trie, const struct trie_prefix *prefix)
{
	visit_simple(trie, prefix, expose_word);
}

void trie_settle(struct trie *trie, const struct trie_prefix *prefix)
{
	visit_simple(trie, prefix, settle_word);
}

/* --- remove */

static void unlink_record(struct trie *trie, const struct trie_place *place,
			  const struct trie_change *change)
{
	uint32_t first = TG_SET_WORD_LINE(*place->word), line = first;

	if (line == change->line) {
		trie_publish(
			place->word,
			trie_record_word(trie, place, change->line_behind));
		return;
	}
	while (line) {
		struct tg_set_record *record = trie_record(trie, line);

		if (record->parent == change->line) {
			trie_publish_parent(record, change->line_behind);
			break;
		}
		line = record->parent;
	}
	trie_publish(place->word, trie_record_word(trie, place, first));
}

void trie_remove(struct trie *trie, const struct trie_prefix *prefix)
{
	struct tg_set_record *record = trie_find(trie, prefix);
	struct trie_change change = trie_change_of(prefix);

	if (!record)
		return;
	change.is_removal = true;
	change.line = trie_line_of(trie, record);
	do {
		change.line_behind = record->parent;
		record = record->parent ? trie_record(trie, record->parent)
					: NULL;
	} while (record && record->length == prefix->length);
	visit_words(trie, prefix->is_ip6, &change, unlink_record);
}
