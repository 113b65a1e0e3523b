/* SPDX-License-Identifier: GPL-2.0-only */
/* The tries of prefixes of a table of sets. */
#ifndef TG_SET_PREFIX_H
#define TG_SET_PREFIX_H

#include "set_read.h"

/* The upper bits of an address, as records have them. */
struct tg_set_address {
	__u64 high, low;
};

/* The upper bits of a word, 0 to 64 of them; without a branch. */
static __always_inline __u64 tg_set_upper(__u32 bits)
{
	return ~(~0ULL >> (bits >> 1) >> (bits - (bits >> 1)));
}

/* All bits if the record's prefix covers the address, else none. */
static __always_inline __u32 tg_set_covers(const struct tg_set_record *record,
					   const struct tg_set_address *address)
{
	__u64 differs = ((record->high ^ address->high) &
			 tg_set_upper(record->high_bits & 127)) |
			((record->low ^ address->low) &
			 tg_set_upper(record->low_bits & 127));

	return tg_is_not_zero(differs) - 1;
}

static __always_inline __u32 tg_set_nibble(const struct tg_set_address *address,
					   __u32 nibble)
{
	__u64 half = nibble < 16 ? address->high : address->low;

	return half >> (60 - 4 * (nibble & 15)) & 15;
}

/* A word of a node, or of a wide root, from its first line. */
static __always_inline __u64 tg_set_word(tg_set_table table, __u32 line,
					 __u32 number)
{
	const __u64 *words =
		tg_set_line(table, line + number / TG_SET_WORDS_IN_LINE);

	return words ? TG_READ(words[number % TG_SET_WORDS_IN_LINE]) : 0;
}

/*
 * The word of the longest prefix that may cover the address; 0: none. `passed`:
 * where the bits begin that the walk has not looked at, if it skips none.
 */
static __always_inline __u64 tg_set_walk(tg_set_table table, __u64 word,
					 const struct tg_set_address *address,
					 __u32 *passed)
{
	*passed = 0;
	if ((word & (TG_SET_WORD_WIDE | TG_SET_WORD_RECORD)) ==
	    TG_SET_WORD_WIDE) {
		word = tg_set_word(table, TG_SET_WORD_LINE(word),
				   address->high >> (64 - TG_SET_WIDE_BITS));
		*passed = TG_SET_WIDE_BITS;
	}
	for (int i = 0; i < TG_SET_NIBBLES; i++) {
		__u32 nibble = TG_SET_WORD_NIBBLE(word);

		if (!word || word & TG_SET_WORD_RECORD)
			break;
		*passed = 4 * nibble + 4;
		word = tg_set_word(table, TG_SET_WORD_LINE(word),
				   tg_set_nibble(address, nibble));
	}
	return word & TG_SET_WORD_RECORD ? word : 0;
}

/* What a word says that leads to a simple record. */
static __always_inline void
tg_set_sum_word(struct tg_set_sums *sums, __u64 word, __u32 passed,
		const struct tg_set_address *address)
{
	__u64 differs = (address->high << (passed & 63)) ^ word;

	differs = differs >> TG_SET_WORD_SIMPLE(word) >> 1;
	sums->sets |= (__u32)(tg_is_not_zero(differs) ^ 1)
		      << TG_SET_WORD_SET(word);
}

static __always_inline void
tg_set_sum_record(struct tg_set_sums *sums, const struct tg_set_record *record,
		  __u32 is_in)
{
	__u32 now;

	sums->sets |= TG_READ(record->sets) & is_in;
	sums->exceptions |= TG_READ(record->exceptions) & is_in;
	if (!TG_READ(record->is_timed))
		return;
	now = tg_set_now();
	for (int i = 0; i < TG_SET_STATES; i++) {
		__u64 state = TG_READ(record->states[i]);

		sums->sets |=
			TG_SET_STATE_SETS(state) & is_in &
			tg_set_is_later(TG_SET_STATE_DEADLINE(state), now);
	}
}

/* Of a record, and of all whose prefixes cover its own. */
struct tg_set_chain {
	tg_set_table table;
	const struct tg_set_address *address;
	struct tg_set_sums sums;
	__u32 line;
};

/* Go on to the parent; to line 0 if there is none. */
static __always_inline void tg_set_chain_next(struct tg_set_chain *chain)
{
	const struct tg_set_record *record =
		tg_set_line(chain->table, chain->line);

	chain->line = 0;
	if (!record)
		return;
	tg_set_sum_record(&chain->sums, record,
			  tg_set_covers(record, chain->address));
	chain->line = TG_READ(record->parent);
}

static long tg_set_chain_step(__u32 number, void *context)
{
	struct tg_set_chain *chain = context;

	(void)number;
	tg_set_chain_next(chain);
	return !chain->line;
}

/* The first without a loop: most have no parent. */
static __always_inline void
tg_set_sum_chain(tg_set_table table, __u32 line,
		 const struct tg_set_address *address, struct tg_set_sums *sums)
{
	struct tg_set_chain chain = {
		.table = table,
		.address = address,
		.line = line,
	};

	if (!line)
		return;
	tg_set_chain_next(&chain);
	if (chain.line)
		tg_set_each(TG_SET_PARENTS_MAX, tg_set_chain_step, &chain);
	sums->sets |= chain.sums.sets;
	sums->exceptions |= chain.sums.exceptions;
}

#endif
