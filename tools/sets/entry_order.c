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
