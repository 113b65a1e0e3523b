// SPDX-License-Identifier: GPL-2.0-only
#include "list_read.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/time_text.h"
#include "lib/vec.h"
#include "table.h"

#define UNTIL "until"
#define FOREVER "forever"

struct set_reading set_reading_of(const char *file, const char *name,
				  unsigned int kind, uint32_t now)
{
	return (struct set_reading){
		.file = file,
		.name = name,
		.kind = kind,
		.now = now,
		.wall = time(NULL),
	};
}

void set_reading_free(struct set_reading *reading)
{
	free(reading->entries.list);
	reading->entries = (struct set_entries){ 0 };
}

static void report(struct set_reading *reading, const struct set_fault *fault)
{
	reading->bad++;
	fprintf(stderr, "%s:%zu:%zu: %s\n", reading->file, reading->line,
		fault->offset + 1, fault->what);
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && isblank((unsigned char)*at))
		at++;
	return at;
}

static const char *trim_end(const char *start, const char *end)
{
	while (start < end && isspace((unsigned char)end[-1]))
		end--;
	return end;
}

static bool is_text(const char *at, const char *end, const char *text)
{
	return (size_t)(end - at) == strlen(text) &&
	       !memcmp(at, text, end - at);
}

/* --- deadlines */

/* A date and time like 2026-12-01T10:00:00Z. */
static bool read_date(const char *at, const char *end, time_t *date)
{
	char text[sizeof("2026-12-01T10:00:00Z")] = "";
	struct tm tm = { 0 };
	const char *rest;

	if ((size_t)(end - at) >= sizeof(text))
		return false;
	memcpy(text, at, end - at);
	rest = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	*date = timegm(&tm);
	return rest && !*rest;
}

/* Of the comment, which starts behind its mark. 0: it says no deadline. */
static bool read_deadline(const struct set_reading *reading, const char *line,
			  const char *at, const char *end, uint32_t *deadline,
			  struct set_fault *fault)
{
	size_t size = strlen(UNTIL);
	time_t date;

	*deadline = SET_DEADLINE_DEFAULT;
	at = skip_blanks(at, end);
	if ((size_t)(end - at) <= size || memcmp(at, UNTIL, size) ||
	    !isblank((unsigned char)at[size]))
		return true;
	at = skip_blanks(at + size, end);
	if (is_text(at, end, FOREVER)) {
		*deadline = TG_SET_FOREVER;
		return true;
	}
	if (!read_date(at, end, &date))
		return set_fault_at(fault, at - line,
				    "'%.*s' is not a time like "
				    "2026-12-01T10:00:00Z",
				    (int)(end - at < 64 ? end - at : 64), at);
	if (date - reading->wall > TIME_TEXT_MAX)
		return set_fault_at(fault, at - line,
				    "'%.*s' is more than five years ahead",
				    (int)(end - at), at);
	*deadline = reading->now;
	if (date > reading->wall)
		*deadline += set_units(date - reading->wall);
	return true;
}

/* --- sections */

/* "set NAME {": false if the line is something else. */
static bool read_section_start(struct set_reading *reading, const char *at,
			       const char *end)
{
	const char *name, *name_end;

	if (end - at < 4 || memcmp(at, "set", 3) ||
	    !isblank((unsigned char)at[3]) || end[-1] != '{')
		return false;
	name = skip_blanks(at + 3, end);
	name_end = trim_end(name, end - 1);
	reading->section =
		is_text(name, name_end, reading->name) ? SET_WANTED : SET_OTHER;
	reading->has_wanted |= reading->section == SET_WANTED;
	return true;
}

/* Whether the line was about sections, or is of another set's. */
static bool read_section(struct set_reading *reading, const char *at,
			 const char *end)
{
	switch (reading->section) {
	case SET_NO_SECTION:
		return !reading->entries.count && !reading->bad &&
		       read_section_start(reading, at, end);
	case SET_OUTSIDE:
		return read_section_start(reading, at, end);
	default:
		if (!is_text(at, end, "}"))
			return reading->section == SET_OTHER;
		reading->section = SET_OUTSIDE;
		return true;
	}
}

/* --- lines */

static bool append_ip4(struct set_reading *reading, uint32_t address)
{
	struct set_entries *entries = &reading->entries;

	if (!vec_reserve(entries->list, entries->room, entries->count + 1))
		return false;
	entries->list[entries->count++] = (struct set_entry){
		.key = { .words = { address }, .form = TG_SET_FORM_IP4(32) },
	};
	return true;
}

/* An IPv4 address and nothing else, as most lines of long lists are. */
static bool read_plain(struct set_reading *reading, const char *text,
		       size_t size)
{
	uint32_t address;

	return reading->kind == TG_SET_ADDRESSES &&
	       (reading->section == SET_NO_SECTION ||
		reading->section == SET_WANTED) &&
	       set_read_ip4(text, text + size, &address) == size && size &&
	       append_ip4(reading, address);
}

static void take_deadline(struct set_reading *reading, size_t first,
			  uint32_t deadline)
{
	struct set_entries *entries = &reading->entries;

	if (deadline != SET_DEADLINE_DEFAULT && deadline <= reading->now) {
		reading->passed += entries->count - first;
		entries->count = first;
	}
	for (size_t i = first; i < entries->count; i++)
		entries->list[i].deadline = deadline;
}

static bool read_entry(struct set_reading *reading, const char *text,
		       const char *start, const char *end, const char *comment,
		       struct set_fault *fault)
{
	size_t first = reading->entries.count;
	uint32_t deadline;

	if (comment < end &&
	    !read_deadline(reading, text, comment + 1, end, &deadline, fault))
		return false;
	if (comment == end)
		deadline = SET_DEADLINE_DEFAULT;
	if (!set_entry_read(reading->kind, start, comment - start,
			    &reading->entries, fault)) {
		fault->offset += start - text;
		return false;
	}
	if (reading->entries.list[first].is_exception &&
	    deadline != SET_DEADLINE_DEFAULT && deadline != TG_SET_FOREVER) {
		reading->entries.count = first;
		return set_fault_at(fault, comment - text,
				    "an exception has no deadline");
	}
	take_deadline(reading, first, deadline);
	return true;
}

bool set_read_line(struct set_reading *reading, const char *text, size_t size)
{
	const char *end = trim_end(text, text + size);
	const char *start = skip_blanks(text, end), *comment = start;
	struct set_fault fault;

	reading->line++;
	if (read_plain(reading, text, end - text))
		return true;
	while (comment < end && *comment != '#' && *comment != ';')
		comment++;
	if (start == comment ||
	    read_section(reading, start, trim_end(start, comment)))
		return true;
	if (reading->section == SET_OUTSIDE)
		set_fault_at(&fault, start - text,
			     "this line is in none of the file's sections "
			     "'set NAME { ... }'");
	else if (read_entry(reading, text, start, end, comment, &fault))
		return true;
	report(reading, &fault);
	return true;
}

bool set_read_text(struct set_reading *reading, const char *text, size_t size)
{
	const char *end = text + size;

	while (text < end) {
		const char *line_end = memchr(text, '\n', end - text);

		if (!line_end)
			line_end = end;
		if (!set_read_line(reading, text, line_end - text))
			return false;
		text = line_end + 1;
	}
	return true;
}

void set_read_end(struct set_reading *reading)
{
	struct set_fault fault;

	if (reading->section == SET_NO_SECTION)
		return;
	reading->line++;
	if (reading->section != SET_OUTSIDE)
		set_fault_at(&fault, 0, "the section is not closed with '}'");
	else if (!reading->has_wanted)
		set_fault_at(&fault, 0, "the file has no section 'set %s {'",
			     reading->name);
	else
		return;
	report(reading, &fault);
}
