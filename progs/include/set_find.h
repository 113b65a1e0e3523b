/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Look up a value in a table of sets; maps/set_table.h has the layout.
 * set_read.h lists what an includer provides.
 */
#ifndef TG_SET_FIND_H
#define TG_SET_FIND_H

#include "set_hash.h"
#include "set_prefix.h"

static __always_inline int tg_set_is_ip4(__u8 form)
{
	return form >= TG_SET_FORM_IP4(0);
}

static __always_inline int tg_set_is_whole_address(__u8 form)
{
	return form == TG_SET_FORM_IP4(32) || form == TG_SET_FORM_IP6(128);
}

static __always_inline struct tg_set_address
tg_set_address_of(const struct tg_set_key *key)
{
	return (struct tg_set_address){
		.high = (__u64)key->words[0] << 32 | key->words[1],
		.low = (__u64)key->words[2] << 32 | key->words[3],
	};
}

/* An address's key becomes that of a prefix; the form is of the same family. */
static __always_inline void tg_set_cut_key(struct tg_set_key *key, __u8 form)
{
	__u32 length = tg_set_is_ip4(form) ? form - TG_SET_FORM_IP4(0) : form;
	__u64 high = tg_set_upper(tg_least(length, 64));
	__u64 low = tg_set_upper(tg_least(length - tg_least(length, 64), 64));

	key->words[0] &= high >> 32;
	key->words[1] &= high;
	key->words[2] &= low >> 32;
	key->words[3] &= low;
	key->form = form;
}

static __always_inline int tg_set_has_lengths(const struct tg_set_head *head)
{
	return *(const volatile __u32 *)head->lengths != 0;
}

_Static_assert(TG_SET_LENGTHS == sizeof(__u32), "read as one word");

/* The prefixes of an address that rules add. */
static __always_inline void tg_set_find_lengths(struct tg_set_finding *finding,
						const struct tg_set_key *key)
{
	const struct tg_set_head *head = tg_set_head_of(finding->search.table);

#pragma clang loop unroll(disable)
	for (int i = 0; i < TG_SET_LENGTHS; i++) {
		struct tg_set_key prefix = *key;
		__u8 form = TG_READ(head->lengths[i]);

		if (!form || tg_set_is_ip4(form) != tg_set_is_ip4(key->form))
			continue;
		tg_set_cut_key(&prefix, form);
		tg_set_find_key(finding, &prefix);
	}
}

/* The hashed keys that take loops, and a context for their steps. */
static __always_inline void tg_set_find_slowly(tg_set_table table,
					       const struct tg_set_key *key,
					       int is_found, int has_lengths,
					       struct tg_set_sums *sums)
{
	struct tg_set_finding finding = { .search = { .table = table } };

	if (!is_found)
		tg_set_find_key(&finding, key);
	if (has_lengths)
		tg_set_find_lengths(&finding, key);
	sums->sets |= finding.sums.sets;
	sums->exceptions |= finding.sums.exceptions;
}

static __always_inline void tg_set_find_prefixes(tg_set_table table,
						 const struct tg_set_key *key,
						 struct tg_set_sums *sums)
{
	const struct tg_set_head *head = tg_set_head_of(table);
	struct tg_set_address address = tg_set_address_of(key);
	__u64 root = tg_set_is_ip4(key->form) ? TG_READ(head->roots[0])
					      : TG_READ(head->roots[1]);
	__u32 passed;
	__u64 word = tg_set_walk(table, root, &address, &passed);

	if (TG_SET_WORD_SIMPLE(word))
		tg_set_sum_word(sums, word, passed, &address);
	else
		tg_set_sum_chain(table, TG_SET_WORD_LINE(word), &address, sums);
}

/* What the key is in, and what covers it if it is an address. */
static __always_inline struct tg_set_sums
tg_set_find(tg_set_table table, const struct tg_set_key *key)
{
	int is_address = tg_set_is_whole_address(key->form), is_found;
	struct tg_set_sums sums = { 0 };
	int has_lengths;

	is_found = !TG_READ(tg_set_head_of(table)->is_hashing) ||
		   tg_set_find_fast(table, key, &sums);
	/* not before, as programs have little stack */
	has_lengths = is_address && tg_set_has_lengths(tg_set_head_of(table));
	if (!is_found || has_lengths)
		tg_set_find_slowly(table, key, is_found, has_lengths, &sums);
	if (is_address)
		tg_set_find_prefixes(table, key, &sums);
	return sums;
}

static __always_inline __u32 tg_set_result(const struct tg_set_sums *sums)
{
	return sums->sets & ~sums->exceptions;
}

#endif
