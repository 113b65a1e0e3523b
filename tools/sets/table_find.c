// SPDX-License-Identifier: GPL-2.0-only
#include "table_find.h"

/* An entry for each length, from the value itself to the shortest prefix. */
static struct set_entry shorten(const struct tg_set_key *value,
				unsigned int length)
{
	struct set_entry entry = { .key = *value };

	for (unsigned int i = 0; i < 4; i++) {
		unsigned int kept = length > 32 * i ? length - 32 * i : 0;

		if (kept < 32)
			entry.key.words[i] &= ~(0xffffffffU >> kept);
	}
	entry.key.form = set_form_is_ip4(value->form) ? TG_SET_FORM_IP4(length)
						      : TG_SET_FORM_IP6(length);
	return entry;
}

static void look_for(struct set_table *table, unsigned int number,
		     struct set_entry entry, uint32_t now,
		     struct set_membership *found)
{
	if (!found->has_entry) {
		entry.deadline = set_table_get(table, number, &entry, now);
		found->has_entry = entry.deadline;
		found->entry = entry;
	}
	if (!found->has_exception && set_form_is_address(entry.key.form)) {
		entry.is_exception = true;
		entry.deadline = set_table_get(table, number, &entry, now);
		found->has_exception = entry.deadline;
		found->exception = entry;
	}
}

struct set_membership set_table_find(struct set_table *table,
				     unsigned int number,
				     const struct tg_set_key *value,
				     uint32_t now)
{
	struct set_membership found = { 0 };

	if (!set_form_is_address(value->form)) {
		look_for(table, number, (struct set_entry){ .key = *value },
			 now, &found);
	} else {
		for (int i = set_form_length(value->form); i >= 0; i--)
			look_for(table, number, shorten(value, i), now, &found);
	}
	found.is_member = found.has_entry && !found.has_exception;
	return found;
}
