// SPDX-License-Identifier: GPL-2.0-only
#include "json_print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"

static void *out_of_memory(void)
{
	fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
	exit(EXIT_FAILURE);
}

static json_t *replace_invalid(const char *text, size_t size)
{
	char *copy = malloc(size * strlen(REPLACEMENT) + 1), *to = copy;
	json_t *string;

	if (!copy)
		return NULL;
	while (size) {
		size_t length = utf8_length(text, size);

		to = length ? mempcpy(to, text, length)
			    : mempcpy(to, REPLACEMENT, strlen(REPLACEMENT));
		text += length ? length : 1;
		size -= length ? length : 1;
	}
	string = json_stringn(copy, to - copy);
	free(copy);
	return string;
}

json_t *text_to_json(const char *text, size_t size)
{
	json_t *string = json_stringn(text, size);

	if (!string)
		string = replace_invalid(text, size);
	return string ? string : out_of_memory();
}

json_t *string_to_json(const char *text)
{
	return text ? text_to_json(text, strlen(text)) : json_null();
}

void add_json_members(json_t *object, json_t *more)
{
	if (json_object_update_new(object, more) < 0)
		out_of_memory();
}

void add_json_item(json_t *array, json_t *item)
{
	if (json_array_append_new(array, item) < 0)
		out_of_memory();
}

void print_json(FILE *out, json_t *value, size_t flags)
{
	if (!value)
		out_of_memory();
	/* callers check for write errors when they close the output */
	json_dumpf(value, out, flags | JSON_ENCODE_ANY);
	putc('\n', out);
	json_decref(value);
}
