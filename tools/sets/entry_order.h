/* SPDX-License-Identifier: GPL-2.0-only */
/* The order that entries are printed in: families, addresses, lengths. */
#ifndef TG_SETS_ENTRY_ORDER_H
#define TG_SETS_ENTRY_ORDER_H

#include "entry.h"

/* 0: the same entry, whatever its deadline. */
int set_entry_order(const struct set_entry *a, const struct set_entry *b);

void set_entries_sort(struct set_entries *entries);

/*
 * Sort the prefixes among each other; hosts keep their places. Entries that are
 * the same keep their order, as the last one's deadline counts. Without memory,
 * nothing is sorted.
 */
void set_entries_sort_prefixes(struct set_entries *entries);

/* Of sorted entries, the same ones become one, with the latest deadline. */
void set_entries_merge(struct set_entries *entries);

#endif
