// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "table_watch.h"

char watch_mark(enum watch_change change)
{
	static const char marks[WATCH_CHANGES] = { '+', '~', '-' };

	return marks[change];
}

const char *watch_name(enum watch_change change)
{
	static const char *const names[] = { "added", "state", "gone" };

	return names[change];
}

static void compare_entries(const struct watch *watch, int list, size_t i,
			    size_t j)
{
	switch (watch->compare(watch->context, list, i, j)) {
	case WATCH_SAME:
		break;
	case WATCH_SAME_KEY:
		watch->print(watch->context, WATCH_STATE, list, j);
		break;
	case WATCH_ANOTHER:
		watch->print(watch->context, WATCH_GONE, !list, i);
		watch->print(watch->context, WATCH_ADDED, list, j);
		break;
	}
}

/* Both lists are in the order of the table, and an entry does not move. */
static void compare_lists(const struct watch *watch, int list)
{
	size_t before = watch->count(watch->context, !list);
	size_t after = watch->count(watch->context, list);
	size_t i = 0, j = 0;

	while (i < before || j < after) {
		uint64_t old = i < before
				       ? watch->place(watch->context, !list, i)
				       : UINT64_MAX;
		uint64_t new = j < after ? watch->place(watch->context, list, j)
					 : UINT64_MAX;

		if (old < new) {
			watch->print(watch->context, WATCH_GONE, !list, i++);
		} else if (new < old) {
			watch->print(watch->context, WATCH_ADDED, list, j++);
		} else {
			compare_entries(watch, list, i++, j++);
		}
	}
}

/* The table of a new attachment is another one. */
static bool is_gone(const char *pin)
{
	if (access(pin, F_OK) == 0)
		return false;
	fprintf(stderr, "%s: %s: the table is gone\n",
		program_invocation_short_name, pin);
	return true;
}

void watch_table(const struct watch *watch)
{
	if (!watch->read(watch->context, 0))
		return;
	for (int list = 1; fflush(stdout) == 0; list = !list) {
		sleep(1);
		if (is_gone(watch->pin) || !watch->read(watch->context, list))
			return;
		compare_lists(watch, list);
	}
}
