// SPDX-License-Identifier: GPL-2.0-only
/* Copy the entries of a table to one that is to replace it. */
#include "table.h"

struct copying {
	struct set_table *from;
	struct set_table *to;
	uint32_t mask, now;
	enum set_answer answer;
};

/*
 * A rule may change the entry in both tables meanwhile: what is there after the
 * addition counts.
 */
static bool copy_entry(struct copying *copying, unsigned int number,
		       struct set_entry *entry)
{
	enum set_answer answer;
	uint32_t deadline;

	for (;;) {
		deadline = entry->deadline;
		if (deadline) {
			answer = set_table_add(copying->to, number, entry,
					       copying->now);
			if (answer > SET_KEPT) {
				copying->answer = answer;
				return false;
			}
		} else {
			set_table_del(copying->to, number, entry, copying->now);
		}
		if (!set_entry_is_hashed(entry))
			return true;
		entry->deadline = set_table_get(copying->from, number, entry,
						copying->now);
		if (entry->deadline == deadline)
			return true;
	}
}

static bool copy_found(void *context, const struct set_found *found)
{
	struct copying *copying = context;
	uint32_t sets = found->sets & copying->mask;
	uint32_t exceptions = found->exceptions & copying->mask;

	for (; sets; sets &= sets - 1) {
		struct set_entry entry = { .key = found->key,
					   .deadline = found->deadline,
					   .is_hashed = found->is_hashed };

		if (!copy_entry(copying, __builtin_ctz(sets), &entry))
			return false;
	}
	for (; exceptions; exceptions &= exceptions - 1) {
		struct set_entry entry = { .key = found->key,
					   .deadline = TG_SET_FOREVER,
					   .is_exception = true };

		if (!copy_entry(copying, __builtin_ctz(exceptions), &entry))
			return false;
	}
	return true;
}

static uint32_t used_sets(const struct set_table *table)
{
	uint32_t mask = 0;

	for (unsigned int i = 0; i < TG_SETS; i++)
		if (set_line(&table->memory, i)->is_used)
			mask |= 1U << i;
	return mask;
}

enum set_answer set_table_copy(struct set_table *from, struct set_table *to,
			       uint32_t mask, uint32_t now)
{
	struct copying copying = { .from = from,
				   .to = to,
				   .mask = mask & used_sets(to),
				   .now = now,
				   .answer = SET_NO_ROOM };

	if (!set_table_visit(from, now, copy_found, &copying))
		return copying.answer;
	return SET_KEPT;
}
