// SPDX-License-Identifier: GPL-2.0-only
/* Unique names for lists and sub-lists, and comments. */
#include <string.h>

#include "import.h"
#include "lib/utf8.h"
#include "policy/language/limits.h"
#include "policy/language/parse/policy_parse.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_alphanumeric(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

static struct name *find_name(const struct import *import, const char *name)
{
	return names_find(&import->words, name, strlen(name));
}

/*
 * Returns the name, with a number appended if it is taken. The last number is
 * stored with the name, as one name may be used a million times.
 */
static const char *number_name(struct import *import, const char *name)
{
	const char *unique = name;
	struct name *first;

	if (!find_name(import, name)) {
		import_names_add(&import->words, name, 1);
		if (policy_is_name(name))
			return name;
	}
	first = find_name(import, name);
	while (find_name(import, unique))
		unique = arena_format(&import->arena, "%s-%zu", name,
				      ++first->index);
	import_names_add(&import->words, unique, 1);
	return unique;
}

#define NAME_ROOM (POLICY_NAME_MAX - 12) /* room for the appended number */

const char *import_name(struct import *import, const char *name)
{
	char clean[POLICY_NAME_MAX + 1];
	size_t length = 0;

	if (!is_letter(*name))
		clean[length++] = 'x';
	for (; *name && length < NAME_ROOM; name++) {
		/* dashes only between alphanumerics */
		if (is_alphanumeric(*name))
			clean[length++] = *name;
		else if (is_alphanumeric(name[1]) && length &&
			 clean[length - 1] != '-')
			clean[length++] = '-';
	}
	while (length && clean[length - 1] == '-')
		length--;
	clean[length] = '\0';
	return number_name(import, arena_copy(&import->arena, clean, length));
}

#define COMMENT_MAX 1000

const char *import_comment(struct import *import, const char *text)
{
	size_t left = strlen(text), length, size = 0;
	/* invalid bytes become one character */
	char *comment =
		arena_alloc(&import->arena,
			    left < COMMENT_MAX ? left + 1 : COMMENT_MAX + 8);

	for (; left; text += length, left -= length) {
		length = utf8_length(text, left);
		if (size > COMMENT_MAX) {
			memcpy(comment + size, "...", 3);
			size += 3;
			break;
		}
		if (!length || (unsigned char)*text < ' ' || *text == 0x7f) {
			comment[size++] = length ? ' ' : '?';
			length = 1;
			continue;
		}
		memcpy(comment + size, text, length);
		size += length;
	}
	comment[size] = '\0';
	return comment;
}
