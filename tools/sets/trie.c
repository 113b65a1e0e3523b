// SPDX-License-Identifier: GPL-2.0-only
/* Change the tries of prefixes. */
#include "trie.h"
#include "trie_lines.h"

/* A prefix that comes or goes, with its record. */
struct change {
	struct tg_set_address address;
	unsigned int length;
	uint32_t line;	      /* of its record */
	uint32_t line_behind; /* of the longest prefix that covers it, or 0 */
};

static struct tg_set_record *record_at(struct trie *trie, uint32_t line)
{
	return trie_line(trie, line);
}

static struct tg_set_node *node_at(struct trie *trie, uint32_t word)
{
	return trie_line(trie, TG_SET_WORD_LINE(word));
}

static struct tg_set_record *record_of(struct trie *trie, uint32_t word)
{
	return record_at(trie, TG_SET_WORD_LINE(word));
}

static uint32_t line_of(struct trie *trie, const void *line)
{
	return ((const char *)line - trie->memory->start) / TG_SET_LINE;
}

static uint32_t record_word(uint32_t line)
{
	return line ? TG_SET_WORD_RECORD | line : 0;
}

/* A reader that loads the word sees all stores before it. */
static void publish(uint32_t *place, uint32_t word)
{
	__atomic_store_n(place, word, __ATOMIC_RELEASE);
}

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

static uint32_t *root(struct trie *trie, bool is_ip6)
{
	return &set_head(trie->memory)->roots[is_ip6];
}

/* The longest prefix that covers the address and is shorter than that. */
static struct tg_set_record *find_covering(struct trie *trie,
					   const struct trie_prefix *prefix,
					   unsigned int below)
{
	struct tg_set_address address = { prefix->high, prefix->low };
	uint32_t line = tg_set_walk(trie->memory, *root(trie, prefix->is_ip6),
				    &address);

	for (int i = 0; line && i < TG_SET_PARENTS_MAX; i++) {
		struct tg_set_record *record = record_at(trie, line);

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
static const struct tg_set_record *find_below(struct trie *trie, uint32_t word,
					      unsigned int path,
					      unsigned int next)
{
	const struct tg_set_record *found = NULL;
	unsigned int nibble;

	if (!word)
		return NULL;
	if (word & TG_SET_WORD_RECORD) {
		found = record_of(trie, word);
		return found->length > path ? found : NULL;
	}
	if (!trie_nibble(trie, word, next, &nibble))
		return NULL;
	for (int i = 0; i < TG_SET_WORDS_IN_LINE && !found; i++)
		found = find_below(trie, node_at(trie, word)->words[i], path,
				   nibble + 1);
	return found;
}

/* --- add */

/* The prefix becomes the parent of what is longer than it. */
static void link_parent(struct trie *trie, uint32_t word,
			const struct change *change)
{
	struct tg_set_record *record = record_of(trie, word);

	while (record->parent &&
	       record_at(trie, record->parent)->length > change->length)
		record = record_at(trie, record->parent);
	if (record->parent != change->line)
		publish(&record->parent, change->line);
}

/* The prefix covers all that the word is for. */
static void cover(struct trie *trie, uint32_t *place, unsigned int next,
		  const struct change *change)
{
	uint32_t word = *place;
	unsigned int nibble;

	if (!word) {
		publish(place, record_word(change->line));
	} else if (word & TG_SET_WORD_RECORD) {
		if (record_of(trie, word)->length > change->length)
			link_parent(trie, word, change);
		else if (record_of(trie, word)->length < change->length)
			publish(place, record_word(change->line));
	} else if (trie_nibble(trie, word, next, &nibble)) {
		for (int i = 0; i < TG_SET_WORDS_IN_LINE; i++)
			cover(trie, &node_at(trie, word)->words[i], nibble + 1,
			      change);
	}
}

/*
 * Put a node in front of the word, for the nibble where a prefix parts from the
 * record that is behind the word. All other children are what covers them.
 */
static bool put_node(struct trie *trie, uint32_t *place,
		     const struct tg_set_record *behind, unsigned int nibble)
{
	struct tg_set_address address = address_of(behind);
	unsigned int same = tg_set_nibble(&address, nibble);
	__u64 *half = nibble < 16 ? &address.high : &address.low;
	unsigned int shift = 60 - 4 * (nibble % 16);
	uint32_t line = trie_take_line(trie);
	struct tg_set_node *node;

	if (!line)
		return false;
	node = node_at(trie, line);
	for (unsigned int i = 0; i < TG_SET_WORDS_IN_LINE; i++) {
		const struct tg_set_record *record = behind;

		*half = (*half & ~(15ULL << shift)) | (__u64)i << shift;
		while (record && (record->length > 4 * nibble + 4 ||
				  !tg_set_covers(record, &address)))
			record = record->parent
					 ? record_at(trie, record->parent)
					 : NULL;
		if (i == same)
			node->words[i] = *place;
		else if (record)
			node->words[i] = record_word(line_of(trie, record));
	}
	publish(place, nibble << 24 | line);
	return true;
}

static void cover_children(struct trie *trie, struct tg_set_node *node,
			   unsigned int nibble, const struct change *change)
{
	unsigned int first = 0, count = TG_SET_WORDS_IN_LINE;

	if (change->length > 4 * nibble) {
		first = tg_set_nibble(&change->address, nibble);
		count = 1U << (4 * nibble + 4 - change->length);
	}
	for (unsigned int i = first; i < first + count; i++)
		cover(trie, &node->words[i], nibble + 1, change);
}

/* `bits`: of an address, how many lead to the place. */
static bool insert(struct trie *trie, uint32_t *place, unsigned int bits,
		   const struct change *change)
{
	for (;;) {
		uint32_t word = *place;
		bool is_record = word & TG_SET_WORD_RECORD;
		unsigned int nibble = TG_SET_WORD_NIBBLE(word), path, common;
		const struct tg_set_record *behind;
		struct tg_set_address address;

		if (change->length <= bits || !word) {
			cover(trie, place, bits / 4, change);
			return true;
		}
		behind = is_record
				 ? record_of(trie, word)
				 : find_below(trie, word, 4 * nibble, bits / 4);
		if (!behind) {
			trie->is_damaged = true;
			return false;
		}
		path = is_record ? behind->length : 4 * nibble;
		address = address_of(behind);
		common = common_bits(&address, &change->address);
		if (common < path && common < change->length) {
			if (!put_node(trie, place, behind, common / 4))
				return false;
			continue;
		}
		if (is_record) {
			cover(trie, place, bits / 4, change);
			return true;
		}
		if (change->length < path + 4) {
			cover_children(trie, node_at(trie, word), nibble,
				       change);
			return true;
		}
		place = &node_at(trie, word)
				 ->words[tg_set_nibble(&change->address,
						       nibble)];
		bits = path + 4;
	}
}

/* The words of a wide root that the prefix is about. */
static uint32_t wide_count(const struct change *change)
{
	return change->length < 16 ? 1U << (16 - change->length) : 1;
}

static uint32_t *wide_place(struct trie *trie, uint32_t word, uint32_t n)
{
	return &node_at(trie, word + n / TG_SET_WORDS_IN_LINE)
			->words[n % TG_SET_WORDS_IN_LINE];
}

struct tg_set_record *trie_add(struct trie *trie,
			       const struct trie_prefix *prefix)
{
	struct tg_set_record *record = trie_find(trie, prefix), *covering;
	uint32_t *place = root(trie, prefix->is_ip6);
	struct change change = {
		.address = { prefix->high, prefix->low },
		.length = prefix->length,
	};

	if (record || trie->is_damaged)
		return record;
	covering = find_covering(trie, prefix, prefix->length);
	change.line = trie_take_line(trie);
	if (!change.line)
		return NULL;
	record = record_at(trie, change.line);
	record->high = prefix->high;
	record->low = prefix->low;
	record->length = prefix->length;
	record->high_bits = prefix->length < 64 ? prefix->length : 64;
	record->low_bits = prefix->length - record->high_bits;
	record->parent = covering ? line_of(trie, covering) : 0;
	trie->pending = change.line;
	if (!(*place & TG_SET_WORD_WIDE) || *place & TG_SET_WORD_RECORD)
		return insert(trie, place, 0, &change) && !trie->is_damaged
			       ? record
			       : NULL;
	for (uint32_t i = 0; i < wide_count(&change); i++)
		if (!insert(trie,
			    wide_place(trie, *place, (prefix->high >> 48) + i),
			    16, &change))
			return NULL;
	return trie->is_damaged ? NULL : record;
}

struct tg_set_record *trie_extend(struct trie *trie,
				  struct tg_set_record *record)
{
	struct tg_set_record *more;
	uint32_t line;

	trie_begin(trie);
	line = trie_take_line(trie);
	if (!line)
		return NULL;
	more = record_at(trie, line);
	more->high = record->high;
	more->low = record->low;
	more->length = record->length;
	more->high_bits = record->high_bits;
	more->low_bits = record->low_bits;
	more->parent = record->parent;
	publish(&record->parent, line);
	return trie->is_damaged ? NULL : more;
}

/* --- remove */

static void unlink_record(struct trie *trie, uint32_t *place,
			  const struct change *change)
{
	uint32_t line = TG_SET_WORD_LINE(*place);

	if (line == change->line) {
		publish(place, record_word(change->line_behind));
		return;
	}
	while (line) {
		struct tg_set_record *record = record_at(trie, line);

		if (record->parent == change->line) {
			publish(&record->parent, change->line_behind);
			return;
		}
		line = record->parent;
	}
}

static void unlink_below(struct trie *trie, uint32_t *place, unsigned int next,
			 const struct change *change)
{
	uint32_t word = *place;
	unsigned int nibble, first = 0;
	unsigned int count = TG_SET_WORDS_IN_LINE;
	struct tg_set_node *node;

	if (!word)
		return;
	if (word & TG_SET_WORD_RECORD) {
		unlink_record(trie, place, change);
		return;
	}
	if (!trie_nibble(trie, word, next, &nibble))
		return;
	node = node_at(trie, word);
	if (change->length > 4 * nibble) {
		first = tg_set_nibble(&change->address, nibble);
		count = change->length < 4 * nibble + 4
				? 1U << (4 * nibble + 4 - change->length)
				: 1;
	}
	for (unsigned int i = first; i < first + count; i++)
		unlink_below(trie, &node->words[i], nibble + 1, change);
	for (int i = 1; i < TG_SET_WORDS_IN_LINE; i++)
		if (node->words[i] != node->words[0])
			return;
	publish(place, node->words[0]);
}

void trie_remove(struct trie *trie, const struct trie_prefix *prefix)
{
	struct tg_set_record *record = trie_find(trie, prefix);
	uint32_t *place = root(trie, prefix->is_ip6);
	struct change change = {
		.address = { prefix->high, prefix->low },
		.length = prefix->length,
	};

	if (!record)
		return;
	change.line = line_of(trie, record);
	do {
		change.line_behind = record->parent;
		record =
			record->parent ? record_at(trie, record->parent) : NULL;
	} while (record && record->length == prefix->length);
	if (!(*place & TG_SET_WORD_WIDE) || *place & TG_SET_WORD_RECORD) {
		unlink_below(trie, place, 0, &change);
		return;
	}
	for (uint32_t i = 0; i < wide_count(&change); i++)
		unlink_below(trie,
			     wide_place(trie, *place, (prefix->high >> 48) + i),
			     0, &change);
}
