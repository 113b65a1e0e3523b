// SPDX-License-Identifier: GPL-2.0-only
/*
 * Removes parts of the text, large ones first, while the fault still shows:
 * lines (rules), words of a line (conditions, items of a set), parts of words
 * (a negation, an end of a range). A text that the parser rejects does not show
 * the fault, so no step needs to know the language.
 */
#include "shrink.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_AT_ONCE 8

struct shrinking {
	char *text, *trial;
	bool *marks; /* bytes removed in the next trial */
	shrink_shows shows;
	void *context;
};

static void mark(struct shrinking *shrinking, size_t from, size_t to)
{
	memset(shrinking->marks + from, true, to - from);
}

/* Removes the marked bytes if the fault still shows. */
static bool cut_marks(struct shrinking *shrinking)
{
	size_t size = 0;
	bool shows;

	for (size_t i = 0; shrinking->text[i]; i++) {
		if (!shrinking->marks[i])
			shrinking->trial[size++] = shrinking->text[i];
		shrinking->marks[i] = false;
	}
	shrinking->trial[size] = '\0';
	shows = shrinking->shows(shrinking->context, shrinking->trial, size);
	if (shows)
		memcpy(shrinking->text, shrinking->trial, size + 1);
	return shows;
}

static bool cut(struct shrinking *shrinking, size_t from, size_t to)
{
	mark(shrinking, from, to);
	return cut_marks(shrinking);
}

static size_t after_lines(const char *text, size_t at, size_t count)
{
	while (count-- && text[at])
		at += strcspn(text + at, "\n") + (strchr(text + at, '\n') != 0);
	return at;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;

	for (; (text = strchr(text, '\n')); text++)
		count++;
	return count;
}

static bool cut_lines(struct shrinking *shrinking)
{
	bool smaller = false;

	for (size_t many = count_lines(shrinking->text); many; many /= 2) {
		size_t at = 0;

		while (shrinking->text[at]) {
			if (cut(shrinking, at,
				after_lines(shrinking->text, at, many)))
				smaller = true;
			else
				at = after_lines(shrinking->text, at, 1);
		}
	}
	return smaller;
}

/* Replaces a sub-list by its rules. */
static bool cut_frame(struct shrinking *shrinking, size_t at, size_t end)
{
	const char *text = shrinking->text, *name = text + at + 8;
	size_t length = strcspn(name, " ");

	for (size_t line = 0; text[line]; line = after_lines(text, line, 1)) {
		if (!strncmp(text + line, "jump ", 5) &&
		    !strncmp(text + line + 5, name, length))
			mark(shrinking, line, after_lines(text, line, 1));
	}
	mark(shrinking, at, after_lines(text, at, 1));
	mark(shrinking, end, after_lines(text, end, 1));
	return cut_marks(shrinking);
}

static bool cut_sublists(struct shrinking *shrinking)
{
	bool smaller = false;
	size_t at = 0;

	while (shrinking->text[at]) {
		const char *text = shrinking->text;
		const char *last = strstr(text + at, "\n}\n");
		size_t end = last ? last + 1 - text : 0;

		if (!strncmp(text + at, "sublist ", 8) && last &&
		    (cut(shrinking, at, end + 2) ||
		     cut_frame(shrinking, at, end)))
			smaller = true;
		else
			at = after_lines(text, at, 1);
	}
	return smaller;
}

/* Replaces a jump by "drop". */
static bool cut_jumps(struct shrinking *shrinking)
{
	char *text = shrinking->text;
	bool smaller = false;

	for (size_t at = 0; text[at]; at = after_lines(text, at, 1)) {
		if (strncmp(text + at, "jump ", 5))
			continue;
		memcpy(text + at, "drop", 4);
		if (cut(shrinking, at + 4,
			at + 5 + strcspn(text + at + 5, " \n")))
			smaller = true;
		else
			memcpy(text + at, "jump", 4);
	}
	return smaller;
}

/* Removes the braces of a set with one value. */
static bool cut_braces(struct shrinking *shrinking)
{
	bool smaller = false;
	size_t at = 0;

	while (shrinking->text[at += strcspn(shrinking->text + at, "{")]) {
		const char *text = shrinking->text;
		size_t end = at + strcspn(text + at, "}\n");
		size_t last = end - 1 - (text[end - 2] == ',');

		if (text[end] != '}' || end < at + 4) {
			at++;
			continue;
		}
		mark(shrinking, at, at + 2);
		mark(shrinking, last, end + 1);
		if (cut_marks(shrinking))
			smaller = true;
		else
			at++;
	}
	return smaller;
}

static size_t after_words(const char *text, size_t at, size_t count)
{
	while (count-- && text[at] && text[at] != '\n') {
		at += strcspn(text + at, " \n");
		at += strspn(text + at, " ");
	}
	return at;
}

/* Removes a last word together with the space before it. */
static size_t before_words(const char *text, size_t from, size_t to)
{
	return from && text[from - 1] == ' ' && text[to] == '\n' ? from - 1
								 : from;
}

static bool cut_words(struct shrinking *shrinking)
{
	bool smaller = false;

	for (size_t many = WORDS_AT_ONCE; many; many--) {
		size_t at = 0;

		while (shrinking->text[at]) {
			size_t next = after_words(shrinking->text, at, many);

			if (next > at &&
			    cut(shrinking,
				before_words(shrinking->text, at, next), next))
				smaller = true;
			else if (shrinking->text[at] == '\n')
				at++;
			else
				at = after_words(shrinking->text, at, 1);
		}
	}
	return smaller;
}

/* "!X", "A-B" and "A/B" become "X"; "A", "B"; "A". */
static bool cut_in_words(struct shrinking *shrinking)
{
	bool smaller = false;
	size_t at = 0;

	while (shrinking->text[at]) {
		const char *text = shrinking->text;
		size_t end = at + strcspn(text + at, " ,\n");
		size_t middle = at + strcspn(text + at, "-/");

		if ((text[at] == '!' && cut(shrinking, at, at + 1)) ||
		    (middle < end && (cut(shrinking, middle, end) ||
				      cut(shrinking, at, middle + 1)))) {
			smaller = true;
			continue;
		}
		at = end + strspn(text + end, " ,\n");
	}
	return smaller;
}

void shrink(char *text, shrink_shows shows, void *context)
{
	struct shrinking shrinking = {
		.text = text,
		.trial = malloc(strlen(text) + 1),
		.marks = calloc(strlen(text) + 1, sizeof(bool)),
		.shows = shows,
		.context = context,
	};
	bool smaller = shrinking.trial && shrinking.marks;

	while (smaller) {
		smaller = cut_lines(&shrinking);
		smaller |= cut_sublists(&shrinking);
		smaller |= cut_jumps(&shrinking);
		smaller |= cut_words(&shrinking);
		smaller |= cut_braces(&shrinking);
		smaller |= cut_in_words(&shrinking);
	}
	free(shrinking.trial);
	free(shrinking.marks);
}
