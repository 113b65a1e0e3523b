// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *strip(char *text)
{
	char *end;

	text += strspn(text, " \t\r\n");
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = 0;
	return text;
}

static int add_row(struct table *table, const char *name, int line,
		   const char *text, int columns)
{
	struct table_row row = { .line = line, .text = strdup(text) };
	struct table_row *rows;
	char *rest = row.text;
	int found = 0;

	rows = realloc(table->rows, (table->count + 1) * sizeof(*rows));
	if (rows)
		table->rows = rows;
	if (!row.text || !rows) {
		free(row.text);
		return -ENOMEM;
	}
	while (rest && found < columns)
		row.columns[found++] = strip(strsep(&rest, "|"));
	table->rows[table->count++] = row;
	if (rest || found != columns) {
		fprintf(stderr, "%s:%d: a row has %d columns: '%s'\n", name,
			line, columns, text);
		return -EINVAL;
	}
	return 0;
}

static int parse(struct table *table, const char *name, FILE *file, int columns)
{
	char *text = NULL;
	size_t room = 0;
	int err = 0;

	*table = (struct table){ 0 };
	for (int line = 1; !err && getline(&text, &room, file) >= 0; line++) {
		text[strcspn(text, "#\n")] = 0;
		if (text[strspn(text, " \t")])
			err = add_row(table, name, line, text, columns);
	}
	free(text);
	if (!err && table->count == 0) {
		fprintf(stderr, "%s: no rows\n", name);
		err = -EINVAL;
	}
	if (err)
		table_free(table);
	return err;
}

int table_read(struct table *table, const char *path, int columns)
{
	FILE *file = fopen(path, "re");
	int err;

	if (!file) {
		err = -errno;
		fprintf(stderr, "%s: %s\n", path, strerror(-err));
		return err;
	}
	err = parse(table, path, file, columns);
	fclose(file);
	return err;
}

int table_parse(struct table *table, const char *name, const char *text,
		int columns)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int err;

	if (!file)
		return -errno;
	err = parse(table, name, file, columns);
	fclose(file);
	return err;
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->rows[i].text);
	free(table->rows);
	*table = (struct table){ 0 };
}
