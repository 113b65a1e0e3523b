/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What top shows in its views: a row has packets and bytes, in all and since
 * the sample before, and a history. Rows are found again by their key. A round
 * of samples is
 *
 *	rows_begin(&rows);
 *	row = rows_take(&rows, TOP_HOOK, key, &is_new);   ... for each
 *	row_count(row, ...);
 *	rows_end(&rows, now);
 */
#ifndef TG_TOP_ROWS_H
#define TG_TOP_ROWS_H

#include <net/if.h>
#include <stdbool.h>

#include "counters.h"
#include "history.h"
#include "lib/hash.h"

/* LIST(NAME, "name of the view", "title of the column") */
#define TOP_KIND_LIST(KIND)               \
	KIND(HOOK, "hooks", "RESULT")     \
	KIND(PLUGIN, "plugins", "PLUGIN") \
	KIND(RULE, "rules", "RULE")       \
	KIND(REASON, "reasons", "REASON") \
	KIND(TALKER, "talkers", "TALKER")

enum top_kind {
#define TOP_KIND_ENUM(NAME, name, title) TOP_##NAME,
	TOP_KIND_LIST(TOP_KIND_ENUM)
#undef TOP_KIND_ENUM
		TOP_KINDS,
};

/* What a talker is named by. */
enum top_end { TOP_FROM, TOP_TO, TOP_PORT, TOP_ENDS };

struct top_row {
	enum top_kind kind;
	uint64_t key, round;
	char device[IFNAMSIZ];
	uint8_t hook, verdict, reason, end;
	bool is_over;  /* of a rule: what is over its limit */
	uint32_t rule; /* its number; 0 is the default */

	/*
	 * Of a hook, "passed" or "dropped"; of a rule, its text; else of the
	 * plugin, the reason, the address or the port.
	 */
	char *name;
	char *place; /* of a rule, FILE:LINE, or NULL */

	struct tg_counter total, delta;
	uint64_t from, to; /* the time of the delta */
	uint64_t active;   /* of a talker: when it had packets */
	double packet_rate, bit_rate;
	struct history history;
};

struct top_rows {
	struct top_row *list;
	size_t count, room;
	struct hash index;
	uint64_t round;
};

const char *top_kind_name(enum top_kind kind);
const char *top_kind_title(enum top_kind kind);

/* The hash of a row's key; texts are hashed up to their end. */
uint64_t row_key(enum top_kind kind, const char *device, const char *name,
		 const uint64_t *numbers, int count);

void rows_begin(struct top_rows *rows);

/*
 * The row with this key, which stays; NULL if out of memory. The pointer is
 * valid until the next call. A new one has no name. Totals are counted anew,
 * except those of talkers, which add up.
 */
struct top_row *rows_take(struct top_rows *rows, enum top_kind kind,
			  uint64_t key);

/* The row with this key, if it was taken in this round, or NULL. */
struct top_row *rows_taken(struct top_rows *rows, uint64_t key);

/* Adds to what was counted from one time to another; from 0: not known. */
void row_count(struct top_row *row, const struct tg_counter *total,
	       const struct tg_counter *delta, uint64_t from, uint64_t to);

/* Takes all rows of a device that could not be read. */
void rows_keep(struct top_rows *rows, const char *device);

/* Drops rows that were not taken, and computes rates. Returns -ENOMEM or 0. */
int rows_end(struct top_rows *rows);
void rows_free(struct top_rows *rows);

/* --- what is shown */

/* SORT(NAME, "name") */
#define TOP_SORT_LIST(SORT)      \
	SORT(PACKETS, "packets") \
	SORT(BITS, "bits")       \
	SORT(TOTAL, "total")     \
	SORT(NAME, "name")

enum top_sort {
#define TOP_SORT_ENUM(NAME, name) TOP_SORT_##NAME,
	TOP_SORT_LIST(TOP_SORT_ENUM)
#undef TOP_SORT_ENUM
		TOP_SORTS,
};

const char *top_sort_name(enum top_sort sort);

/*
 * Sets *shown to the rows of a kind that have the filter in their texts, in
 * order. The caller frees it. Returns how many, or -ENOMEM.
 */
int rows_select(const struct top_rows *rows, enum top_kind kind,
		enum top_sort sort, const char *filter,
		const struct top_row ***shown);

#endif
