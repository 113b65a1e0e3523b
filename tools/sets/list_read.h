/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists of entries in text: one a line, with comments behind # or ;, and with
 * "# until 2026-12-01T10:00:00Z" where the entry has a deadline.
 *
 * A file with lines "set NAME {" and "}" has the lists of several sets; the
 * others are left out.
 */
#ifndef TG_SETS_LIST_READ_H
#define TG_SETS_LIST_READ_H

#include <stdio.h>
#include <time.h>

#include "entry.h"

enum set_section {
	SET_NO_SECTION, /* the file has none so far */
	SET_OUTSIDE,
	SET_WANTED,
	SET_OTHER,
};

struct set_reading {
	const char *file; /* for messages */
	const char *name; /* of the set */
	unsigned int kind;
	struct set_entries entries;
	/* the present, to make deadlines of times */
	uint32_t now;
	time_t wall;
	size_t line, bad, passed; /* passed: entries whose deadline has */
	enum set_section section;
	bool has_wanted;
};

struct set_reading set_reading_of(const char *file, const char *name,
				  unsigned int kind, uint32_t now);
void set_reading_free(struct set_reading *reading);

/* A bad line is reported and counted. False: out of memory. */
bool set_read_line(struct set_reading *reading, const char *text, size_t size);

/* All lines of a text. False: out of memory. */
bool set_read_text(struct set_reading *reading, const char *text, size_t size);

/* The last line was read: what the file as a whole lacks. */
void set_read_end(struct set_reading *reading);

#endif
