/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of a trie: where they are, and what those say that lead to records. */
#ifndef TG_SETS_TRIE_PLACE_H
#define TG_SETS_TRIE_PLACE_H

#include "trie_lines.h"

/* A prefix that comes, changes or goes, with its record. */
struct trie_change {
	struct tg_set_address address;
	unsigned int length;
	uint32_t line;	      /* of its record */
	uint32_t line_behind; /* of the longest prefix that covers it, or 0 */
	bool is_removal;
};

/* A word of a trie, and the way to it. */
struct trie_place {
	__u64 *word;
	unsigned int next; /* the nibble after that of its node */
	bool is_whole;	   /* no nibble before that was skipped */
};

static inline struct tg_set_record *trie_record_of(struct trie *trie,
						   uint64_t word)
{
	return trie_record(trie, TG_SET_WORD_LINE(word));
}

static inline struct tg_set_node *trie_node_at(struct trie *trie, uint64_t word)
{
	return trie_node(trie, TG_SET_WORD_LINE(word));
}

static inline uint32_t trie_line_of(const struct trie *trie, const void *line)
{
	return ((const char *)line - trie->memory->start) / TG_SET_LINE;
}

/* A reader that loads the word sees all stores before it. */
static inline void trie_publish(__u64 *place, uint64_t word)
{
	if (*place != word)
		__atomic_store_n(place, word, __ATOMIC_RELEASE);
}

static inline void trie_publish_parent(struct tg_set_record *record,
				       uint32_t line)
{
	__atomic_store_n(&record->parent, line, __ATOMIC_RELEASE);
}

/* The word for the record at this line, which has to be read; 0: none. */
static inline uint64_t trie_plain_word(uint32_t line)
{
	return line ? TG_SET_WORD_RECORD | line : 0;
}

/* The same, but a word that says what the record does if it can. */
uint64_t trie_record_word(struct trie *trie, const struct trie_place *place,
			  uint32_t line);

/* The prefix is in one set for good, and nothing else is to be known of it. */
bool trie_is_simple(const struct tg_set_record *record);

/* A word of the node that the place leads to. */
struct trie_place trie_child(struct trie *trie, const struct trie_place *place,
			     unsigned int number);

__u64 *trie_root(struct trie *trie, bool is_ip6);

/* The words of the root that the prefix is about, and how many. */
uint32_t trie_root_places(uint64_t root, const struct trie_change *change);
struct trie_place trie_root_place(struct trie *trie, bool is_ip6,
				  const struct trie_change *change,
				  uint32_t number);

/* The same for the node of a nibble: its first word, and how many. */
unsigned int trie_first_child(const struct trie_change *change,
			      unsigned int nibble, unsigned int *count);

struct trie_change trie_change_of(const struct trie_prefix *prefix);

#endif
