/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a text table: one row a line, columns separated by
 * vertical bars, comments after '#'.
 */
#ifndef TG_TABLE_H
#define TG_TABLE_H

#include <stddef.h>

#define TABLE_COLUMNS_MAX 8

struct table_row {
	int line;
	char *text; /* owns the text of all columns */
	char *columns[TABLE_COLUMNS_MAX];
};

struct table {
	struct table_row *rows;
	size_t count;
};

/*
 * Reads rows with this many columns, without surrounding blanks. Returns 0, or
 * a negative errno after printing one message.
 */
int table_read(struct table *table, const char *path, int columns);
int table_parse(struct table *table, const char *name, const char *text,
		int columns);
void table_free(struct table *table);

#endif
