/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of text: columns between bars, comments after a #, one row a line. */
#ifndef TG_TABLE_H
#define TG_TABLE_H

#include <stddef.h>

#define TABLE_COLUMNS_MAX 8

struct table_row {
	int line;
	char *text; /* all of it; the columns point into it */
	char *columns[TABLE_COLUMNS_MAX];
};

struct table {
	struct table_row *rows;
	size_t count;
};

/*
 * Each row has this many columns, without the blanks around them. 0, or a
 * negative errno after one message to standard error.
 */
int table_read(struct table *table, const char *path, int columns);
int table_parse(struct table *table, const char *name, const char *text,
		int columns);
void table_free(struct table *table);

#endif
