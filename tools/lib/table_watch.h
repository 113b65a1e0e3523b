/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Watch a table that programs change: list it each second, and say how the list
 * differs from the one before. Two lists are all that is held.
 */
#ifndef TG_TABLE_WATCH_H
#define TG_TABLE_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum watch_change {
	WATCH_ADDED,
	WATCH_STATE, /* it has another state */
	WATCH_GONE,
	WATCH_CHANGES,
};

/* What an entry is to one that had its place before. */
enum watch_same {
	WATCH_SAME,
	WATCH_SAME_KEY,
	WATCH_ANOTHER,
};

/* `list` is 0 or 1, `i` the number of an entry in it. */
struct watch {
	const char *pin;
	void *context;
	/* Lists the table, sorted by place. False: it ends, after a message. */
	bool (*read)(void *context, int list);
	size_t (*count)(void *context, int list);
	uint64_t (*place)(void *context, int list, size_t i);
	/* Entry i of the list before, and j of the list that was read last. */
	enum watch_same (*compare)(void *context, int list, size_t i, size_t j);
	void (*print)(void *context, enum watch_change change, int list,
		      size_t i);
};

/* Ends when the table is gone, or nobody reads what is printed. */
void watch_table(const struct watch *watch);

char watch_mark(enum watch_change change);	  /* '+', '~', '-' */
const char *watch_name(enum watch_change change); /* of JSON */

#endif
