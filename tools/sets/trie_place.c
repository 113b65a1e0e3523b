// SPDX-License-Identifier: GPL-2.0-only
#include "trie_place.h"

/* --- words that lead to records */

bool trie_is_simple(const struct tg_set_record *record)
{
	return record->sets && !(record->sets & (record->sets - 1)) &&
	       !record->exceptions && !record->is_timed && !record->parent;
}

/* What a word there says of a simple record; 0 if it cannot. */
static uint64_t simple_bits(const struct trie_place *place,
			    const struct tg_set_record *record)
{
	unsigned int passed = 4 * place->next;
	unsigned int count =
		record->length > passed ? record->length - passed : 0;
	uint64_t bits = 0;

	if (!place->is_whole || !trie_is_simple(record) ||
	    count > TG_SET_WORD_COMPARED || (count && record->length > 64))
		return 0;
	if (count)
		bits = record->high << passed &
		       ~(~0ULL >> TG_SET_WORD_COMPARED);
	return bits | (uint64_t)(63 - count) << TG_SET_WORD_SIMPLE_SHIFT |
	       (uint64_t)__builtin_ctz(record->sets)
		       << TG_SET_WORD_NIBBLE_SHIFT;
}

uint64_t trie_record_word(struct trie *trie, const struct trie_place *place,
			  uint32_t line)
{
	if (!line)
		return 0;
	return trie_plain_word(line) |
	       simple_bits(place, trie_record(trie, line));
}

/* --- places */

/* The caller has checked the nibble of the word. */
struct trie_place trie_child(struct trie *trie, const struct trie_place *place,
			     unsigned int number)
{
	uint64_t word = *place->word;

	return (struct trie_place){
		.word = &trie_node_at(trie, word)->words[number],
		.next = TG_SET_WORD_NIBBLE(word) + 1,
		.is_whole = word & TG_SET_WORD_WHOLE
	};
}

__u64 *trie_root(struct trie *trie, bool is_ip6)
{
	return &set_head(trie->memory)->roots[is_ip6];
}

static bool is_wide(uint64_t word)
{
	return word & TG_SET_WORD_WIDE && !(word & TG_SET_WORD_RECORD);
}

uint32_t trie_root_places(uint64_t word, const struct trie_change *change)
{
	return is_wide(word) && change->length < TG_SET_WIDE_BITS
		       ? 1U << (TG_SET_WIDE_BITS - change->length)
		       : 1;
}

struct trie_place trie_root_place(struct trie *trie, bool is_ip6,
				  const struct trie_change *change,
				  uint32_t number)
{
	__u64 *word = trie_root(trie, is_ip6);
	struct tg_set_node *node;

	if (!is_wide(*word))
		return (struct trie_place){ .word = word, .is_whole = true };
	number += change->address.high >> (64 - TG_SET_WIDE_BITS);
	node = trie_node_at(trie, *word + number / TG_SET_WORDS_IN_NODE *
						  TG_SET_NODE_LINES);
	return (struct trie_place){
		.word = &node->words[number % TG_SET_WORDS_IN_NODE],
		.next = TG_SET_WIDE_BITS / 4,
		.is_whole = true,
	};
}

unsigned int trie_first_child(const struct trie_change *change,
			      unsigned int nibble, unsigned int *count)
{
	*count = TG_SET_WORDS_IN_NODE;
	if (change->length <= 4 * nibble)
		return 0;
	*count = change->length < 4 * nibble + 4
			 ? 1U << (4 * nibble + 4 - change->length)
			 : 1;
	return tg_set_nibble(&change->address, nibble);
}

struct trie_change trie_change_of(const struct trie_prefix *prefix)
{
	return (struct trie_change){
		.address = { prefix->high, prefix->low },
		.length = prefix->length,
	};
}
