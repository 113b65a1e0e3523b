// SPDX-License-Identifier: GPL-2.0-only
#include "entry_order.h"

#include <stdlib.h>

/* IPv4 first; a port or MAC has a form of its own. */
static unsigned int family(const struct set_entry *entry)
{
	return set_form_is_ip6(entry->key.form) ||
	       entry->key.form == TG_SET_FORM_ADDRESS_PORT6;
}

static int compare(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

int set_entry_order(const struct set_entry *a, const struct set_entry *b)
{
	int order = compare(family(a), family(b));

	for (int i = 0; !order && i < 4; i++)
		order = compare(a->key.words[i], b->key.words[i]);
	if (!order)
		order = compare(a->key.form, b->key.form);
	if (!order)
		order = compare(a->key.protocol, b->key.protocol);
	if (!order)
		order = compare(a->key.port, b->key.port);
	return order ? order : compare(a->is_exception, b->is_exception);
}

static int compare_entries(const void *a, const void *b)
{
	return set_entry_order(a, b);
}

void set_entries_sort(struct set_entries *entries)
{
	if (entries->count)
		qsort(entries->list, entries->count, sizeof(*entries->list),
		      compare_entries);
}

/* --- prefixes alone */

struct sorted {
	uint64_t key; /* family and upper bits: few comparisons need more */
	const struct set_entry *entry;
};

static uint64_t sort_key(const struct set_entry *entry)
{
	uint64_t upper =
		(uint64_t)entry->key.words[0] << 32 | entry->key.words[1];

	return upper >> 1 | (uint64_t)family(entry) << 63;
}

static int compare_sorted(const void *a, const void *b)
{
	const struct sorted *one = a, *other = b;
	int order;

	if (one->key != other->key)
		return one->key < other->key ? -1 : 1;
	order = set_entry_order(one->entry, other->entry);
	if (order)
		return order;
	return one->entry < other->entry ? -1 : one->entry > other->entry;
}

static size_t count_prefixes(const struct set_entries *entries, bool *is_sorted)
{
	const struct set_entry *last = NULL;
	size_t count = 0;

	*is_sorted = true;
	for (size_t i = 0; i < entries->count; i++) {
		const struct set_entry *entry = &entries->list[i];

		if (set_entry_is_hashed(entry))
			continue;
		if (last && set_entry_order(last, entry) > 0)
			*is_sorted = false;
		last = entry;
		count++;
	}
	return count;
}

/* `next`: the sorted prefixes, which take the places that prefixes have. */
static void place_prefixes(struct set_entries *entries,
			   const struct sorted *next)
{
	for (size_t i = 0; i < entries->count; i++)
		if (!set_entry_is_hashed(&entries->list[i]))
			entries->list[i] = *next++->entry;
}

void set_entries_sort_prefixes(struct set_entries *entries)
{
	bool is_sorted;
	size_t count = count_prefixes(entries, &is_sorted), n = 0;
	struct set_entry *copies;
	struct sorted *sorted;

	if (is_sorted)
		return;
	copies = malloc(count * sizeof(*copies));
	sorted = malloc(count * sizeof(*sorted));
	for (size_t i = 0; copies && sorted && i < entries->count; i++) {
		if (set_entry_is_hashed(&entries->list[i]))
			continue;
		copies[n] = entries->list[i];
		sorted[n].entry = &copies[n];
		sorted[n].key = sort_key(&copies[n]);
		n++;
	}
	if (copies && sorted) {
		qsort(sorted, count, sizeof(*sorted), compare_sorted);
		place_prefixes(entries, sorted);
	}
	free(copies);
	free(sorted);
}

void set_entries_merge(struct set_entries *entries)
{
	size_t kept = 0;

	for (size_t i = 0; i < entries->count; i++) {
		struct set_entry *entry = &entries->list[i];
		struct set_entry *last = kept ? &entries->list[kept - 1] : NULL;

		if (!last || set_entry_order(last, entry))
			entries->list[kept++] = *entry;
		else if (last->deadline < entry->deadline)
			last->deadline = entry->deadline;
	}
	entries->count = kept;
}
