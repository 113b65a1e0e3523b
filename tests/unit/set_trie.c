// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_trie - random prefixes come to a table of sets and go, nested and beside
 * each other; after each change addresses are looked up, and the records that
 * cover them counted, against a plain list of the prefixes.
 */
#include <string.h>

#include "sanitized.h"
#include "sets/trie.h"
#include "tap.h"

#define ROUNDS SANITIZED_OR(64, 400)
#define PREFIXES_MAX 400
#define STEPS_OF_ONE 4
#define LOOKUPS 8
#define SET 5

struct listed {
	struct trie_prefix prefix;
	bool is_in;
};

struct bed {
	struct set_memory memory;
	struct trie trie;
	struct listed list[PREFIXES_MAX];
	unsigned int count;
	bool is_ip6, is_narrow;
};

static uint64_t state = 88172645463325252;

static uint64_t bits(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 2685821657736338717;
}

static unsigned int below(unsigned int limit)
{
	return (bits() >> 33) % limit;
}

static uint64_t upper(unsigned int count)
{
	if (count >= 64)
		return ~UINT64_C(0);
	return count ? ~UINT64_C(0) << (64 - count) : 0;
}

static void cut(struct trie_prefix *prefix)
{
	unsigned int length = prefix->length;

	prefix->high &= upper(length);
	prefix->low &= upper(length > 64 ? length - 64 : 0);
}

static struct tg_set_address some_address(const struct bed *bed)
{
	struct tg_set_address address = { bits(), bits() };

	/* few different bits: prefixes nest */
	if (bed->is_narrow) {
		address.high &= 0x0303030303030303;
		address.low &= 0x0101010101010101;
	}
	if (!bed->is_ip6) {
		address.high &= upper(32);
		address.low = 0;
	}
	return address;
}

/* Often one bit beside a prefix. */
static struct tg_set_address near_a_prefix(const struct bed *bed)
{
	const struct trie_prefix *prefix = &bed->list[below(bed->count)].prefix;
	struct tg_set_address address = some_address(bed);

	if (!below(3))
		return address;
	address.high = prefix->high |
		       (below(2) ? 0 : address.high & ~upper(prefix->length));
	address.low = prefix->low;
	if (below(2))
		address.high ^= UINT64_C(1) << (32 + below(32));
	if (bed->is_ip6 && below(2))
		address.low ^= UINT64_C(1) << below(64);
	return address;
}

static bool covers(const struct trie_prefix *prefix,
		   const struct tg_set_address *address)
{
	struct trie_prefix cut_off = { .high = address->high,
				       .low = address->low,
				       .length = prefix->length };

	cut(&cut_off);
	return cut_off.high == prefix->high && cut_off.low == prefix->low;
}

static bool is_same(const struct trie_prefix *a, const struct trie_prefix *b)
{
	return a->high == b->high && a->low == b->low && a->length == b->length;
}

static bool is_listed(const struct bed *bed, const struct trie_prefix *prefix)
{
	for (unsigned int i = 0; i < bed->count; i++)
		if (bed->list[i].is_in && is_same(&bed->list[i].prefix, prefix))
			return true;
	return false;
}

static bool add(struct bed *bed, struct listed *listed)
{
	struct tg_set_address address = near_a_prefix(bed);
	struct trie_prefix prefix = {
		.high = address.high,
		.low = address.low,
		.length = below((bed->is_ip6 ? 128 : 32) + 1),
		.is_ip6 = bed->is_ip6,
	};
	struct tg_set_record *record;

	cut(&prefix);
	if (is_listed(bed, &prefix) != !!trie_find(&bed->trie, &prefix))
		return false;
	if (is_listed(bed, &prefix))
		return true;
	record = trie_add(&bed->trie, &prefix);
	if (!record)
		return false;
	record->sets = 1U << SET;
	/* a record that is not settled is found all the same */
	if (below(4))
		trie_settle(&bed->trie, &prefix);
	*listed = (struct listed){ prefix, true };
	return true;
}

static struct tg_set_key key_of(const struct bed *bed,
				const struct tg_set_address *address)
{
	return (struct tg_set_key){
		.words = { address->high >> 32, address->high,
			   address->low >> 32, address->low },
		.form = bed->is_ip6 ? TG_SET_FORM_IP6(128)
				    : TG_SET_FORM_IP4(32),
	};
}

static bool look_up(const struct bed *bed)
{
	struct tg_set_address address = near_a_prefix(bed);
	struct tg_set_key key = key_of(bed, &address);
	uint64_t root = set_head(&bed->memory)->roots[bed->is_ip6];
	struct tg_set_sums sums = tg_set_find(&bed->memory, &key);
	uint32_t line, passed;
	unsigned int wanted = 0, found = 0;

	for (unsigned int i = 0; i < bed->count; i++)
		wanted += bed->list[i].is_in &&
			  covers(&bed->list[i].prefix, &address);
	line = TG_SET_WORD_LINE(
		tg_set_walk(&bed->memory, root, &address, &passed));
	while (line) {
		const struct tg_set_record *record =
			tg_set_line(&bed->memory, line);

		found += tg_set_covers(record, &address) & 1;
		line = record->parent;
	}
	return found == wanted && sums.sets == (wanted ? 1U << SET : 0);
}

static bool step(struct bed *bed)
{
	struct listed *listed = &bed->list[below(bed->count)];

	if (!listed->is_in)
		return add(bed, listed);
	if (below(2)) {
		trie_remove(&bed->trie, &listed->prefix);
		listed->is_in = false;
	}
	return true;
}

static bool begin(struct bed *bed, unsigned int round)
{
	bool is_wide = round >> 3 & 1;
	uint32_t wide = is_wide ? TG_SET_WIDE_LINES : 0;
	struct tg_set_head *head;

	*bed = (struct bed){ .is_ip6 = round & 1, .is_narrow = round >> 1 & 3 };
	bed->count = 1 + below(PREFIXES_MAX);
	/* little more than what is needed: what was removed has to be found */
	bed->memory.lines = TG_SET_SETS_END + wide + 4 * bed->count + 2;
	bed->memory.start = calloc(bed->memory.lines, TG_SET_LINE);
	if (!bed->memory.start)
		return false;
	bed->trie = (struct trie){ .memory = &bed->memory };
	head = set_head(&bed->memory);
	head->arena = TG_SET_SETS_END;
	head->next = head->arena + wide;
	head->end = bed->memory.lines;
	if (is_wide)
		head->roots[bed->is_ip6] = TG_SET_WORD_WIDE | head->arena;
	return true;
}

static bool check_round(unsigned int round)
{
	struct bed bed;
	bool is_right = begin(&bed, round);

	for (unsigned int i = 0; i < STEPS_OF_ONE * bed.count && is_right;
	     i++) {
		is_right = step(&bed);
		for (int j = 0; j < LOOKUPS && is_right; j++)
			is_right = look_up(&bed);
	}
	trie_close(&bed.trie);
	free(bed.memory.start);
	return is_right;
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 1);
	unsigned int round = 0;

	while (round < ROUNDS && check_round(round))
		round++;
	if (!tap_ok(&tap, round == ROUNDS,
		    "prefixes that come and go cover what a plain list says"))
		tap_note(&tap, "round %u", round);
	return tap_end(&tap);
}
