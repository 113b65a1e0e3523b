// SPDX-License-Identifier: GPL-2.0-only
/* Reads the lines 'create NAME TYPE ...' and 'add NAME ENTRY ...'. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ipset.h"
#include "lib/vec.h"

#define PORT_MAX 0xffff

struct reader {
	struct import *import;
	struct ipset_file *file;
	struct ipset_set *last; /* that a line named */
	unsigned int line;
	const char *start, *at, *end; /* of the line */
};

static int reader_fail(struct reader *reader, const char *at, const char *what)
{
	return import_error(reader->import, reader->line,
			    at - reader->start + 1, "%s", what);
}

/* --- words */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of the line; a comment is one, in quotes. Empty at the end. */
static struct ipset_word next_word(struct reader *reader)
{
	struct ipset_word word;
	const char *quote;

	while (reader->at < reader->end && is_blank(*reader->at))
		reader->at++;
	word.at = reader->at;
	if (reader->at < reader->end && *reader->at == '"') {
		quote = memchr(reader->at + 1, '"',
			       reader->end - reader->at - 1);
		reader->at = quote ? quote + 1 : reader->end;
	}
	while (reader->at < reader->end && !is_blank(*reader->at))
		reader->at++;
	word.size = reader->at - word.at;
	return word;
}

static bool is_word(struct ipset_word word, const char *text)
{
	return word.size == strlen(text) && !memcmp(word.at, text, word.size);
}

static const char *text_of(struct reader *reader, struct ipset_word word)
{
	return arena_copy(&reader->import->arena, word.at, word.size);
}

static bool read_number(struct reader *reader, uint32_t *number)
{
	struct ipset_word word = next_word(reader);
	uint64_t value;

	if (!import_number(word.at, word.size, UINT32_MAX, &value))
		return false;
	*number = value;
	return true;
}

/* --- sets */

static const struct {
	const char *name;
	enum tg_set_kind kind;
} types[] = {
	{ "hash:ip", TG_SET_ADDRESSES },
	{ "hash:net", TG_SET_ADDRESSES },
	{ "hash:mac", TG_SET_MACS },
	{ "hash:ip,port", TG_SET_ADDRESS_PORTS },
	{ "bitmap:port", TG_SET_PORTS },
};

#define TYPES (sizeof(types) / sizeof(*types))

/* Of how the kernel keeps the entries, and what else it keeps of each. */
static const struct {
	const char *name;
	bool has_value;
} ignored[] = {
	{ "hashsize", true }, { "bucketsize", true }, { "initval", true },
	{ "probes", true },   { "resize", true },     { "counters", false },
	{ "comment", false }, { "skbinfo", false },
};

#define IGNORED (sizeof(ignored) / sizeof(*ignored))

static bool ignore_option(struct reader *reader, struct ipset_word word)
{
	for (size_t i = 0; i < IGNORED; i++) {
		if (!is_word(word, ignored[i].name))
			continue;
		if (ignored[i].has_value)
			next_word(reader);
		return true;
	}
	return false;
}

/* "0-1023" */
static bool read_range(struct reader *reader, struct ipset_set *set)
{
	struct ipset_word word = next_word(reader);
	const char *dash = memchr(word.at, '-', word.size);
	uint64_t first, last;

	if (!dash ||
	    !import_number(word.at, dash - word.at, PORT_MAX, &first) ||
	    !import_number(dash + 1, word.at + word.size - dash - 1, PORT_MAX,
			   &last) ||
	    first > last)
		return false;
	set->size = last - first + 1;
	set->is_part = first || last < PORT_MAX;
	return true;
}

/* Returns false if the value of the option is not understood. */
static bool read_option(struct reader *reader, struct ipset_set *set,
			struct ipset_word word)
{
	struct import *import = reader->import;

	if (ignore_option(reader, word))
		return true;
	if (is_word(word, "maxelem"))
		return read_number(reader, &set->size);
	if (is_word(word, "timeout")) {
		set->has_timeouts = true;
		return read_number(reader, &set->timeout);
	}
	if (is_word(word, "range") && set->kind == TG_SET_PORTS)
		return read_range(reader, set);
	if (is_word(word, "family")) {
		word = next_word(reader);
		set->ip6 = is_word(word, "inet6");
		return set->ip6 || is_word(word, "inet");
	}
	if (is_word(word, "forceadd")) {
		import_error(import, reader->line, 1,
			     "note: the set '%s' refuses entries when it is "
			     "full: it evicts none",
			     set->name);
		return true;
	}
	set->problem =
		arena_format(&import->arena, "no equivalent of the option '%s'",
			     text_of(reader, word));
	return true;
}

static void read_type(struct reader *reader, struct ipset_set *set,
		      struct ipset_word word)
{
	set->type = text_of(reader, word);
	set->is_net = !strcmp(set->type, "hash:net");
	for (size_t i = 0; i < TYPES; i++) {
		if (!strcmp(types[i].name, set->type)) {
			set->kind = types[i].kind;
			return;
		}
	}
	set->problem =
		arena_format(&reader->import->arena,
			     "no equivalent of a set of type '%s'", set->type);
}

static int read_create(struct reader *reader)
{
	struct ipset_file *file = reader->file;
	struct ipset_set set = { .line = reader->line };
	struct ipset_word name = next_word(reader);
	struct ipset_word type = next_word(reader), word;

	if (!type.size)
		return reader_fail(reader, type.at,
				   "the name or the type of a set is missing");
	set.name = text_of(reader, name);
	if (names_find(&file->names, set.name, name.size))
		return reader_fail(reader, name.at,
				   "there is a set of this name");
	read_type(reader, &set, type);
	while (!set.problem && (word = next_word(reader)).size) {
		if (!read_option(reader, &set, word))
			return reader_fail(reader, word.at,
					   "the value of this option is not "
					   "understood");
	}
	set.word = import_set_name(reader->import, set.name);
	if (!vec_reserve(file->sets, file->room, file->count + 1))
		return reader_fail(reader, reader->start, "out of memory");
	file->sets[file->count] = set;
	import_names_add(&file->names, set.name, file->count++);
	reader->last = NULL;
	return 0;
}

/* --- entries */

static bool read_entry_option(struct reader *reader, struct ipset_entry *entry,
			      struct ipset_word word)
{
	static const char *const with_value[] = { "packets", "bytes",
						  "comment", "skbmark",
						  "skbprio", "skbqueue" };

	if (is_word(word, "timeout")) {
		entry->has_timeout = true;
		return read_number(reader, &entry->timeout);
	}
	if (is_word(word, "nomatch")) {
		entry->is_exception = true;
		return true;
	}
	for (size_t i = 0; i < sizeof(with_value) / sizeof(*with_value); i++) {
		if (is_word(word, with_value[i]))
			return next_word(reader).size;
	}
	return is_word(word, "-exist") || is_word(word, "-!");
}

static struct ipset_set *set_named(struct reader *reader,
				   struct ipset_word name)
{
	const struct name *found;

	if (reader->last && is_word(name, reader->last->name))
		return reader->last;
	found = names_find(&reader->file->names, name.at, name.size);
	return found ? &reader->file->sets[found->index] : NULL;
}

static int read_add(struct reader *reader)
{
	struct ipset_word name = next_word(reader), word;
	struct ipset_set *set = set_named(reader, name);
	struct ipset_entry entry = { .value = next_word(reader),
				     .line = reader->line };

	if (!set)
		return reader_fail(reader, name.at,
				   "no line before creates this set");
	if (!entry.value.size)
		return reader_fail(reader, entry.value.at,
				   "the entry is missing");
	entry.column = entry.value.at - reader->start + 1;
	while ((word = next_word(reader)).size) {
		if (!read_entry_option(reader, &entry, word))
			return reader_fail(reader, word.at,
					   "an entry has no such option");
	}
	if (!vec_reserve(set->entries, set->room, set->count + 1))
		return reader_fail(reader, reader->start, "out of memory");
	set->entries[set->count++] = entry;
	reader->last = set;
	return 0;
}

/* --- lines */

static int read_line(struct reader *reader)
{
	struct ipset_word word = next_word(reader);

	if (!word.size || *word.at == '#' || is_word(word, "COMMIT"))
		return 0;
	if (is_word(word, "create"))
		return read_create(reader);
	if (is_word(word, "add"))
		return read_add(reader);
	return reader_fail(reader, word.at, "not a line of 'ipset save'");
}

int import_ipset(struct import *import, const char *text, size_t size,
		 struct ipset_file *file)
{
	struct reader reader = { .import = import, .file = file };
	const char *end = text + size, *path = import->path;
	int err = 0;

	import->path = file->path;
	if (memchr(text, '\0', size))
		err = import_error(import, 0, 0, "this is no text");
	while (text < end && !err) {
		const char *newline = memchr(text, '\n', end - text);

		reader.line++;
		reader.start = reader.at = text;
		reader.end = newline ? newline : end;
		err = read_line(&reader);
		text = reader.end + 1;
	}
	if (!err && !file->count)
		err = import_error(import, 0, 0,
				   "there is no line 'create NAME TYPE ...'");
	import->path = path;
	return err;
}

struct ipset_set *ipset_find(const struct ipset_file *file, const char *name)
{
	const struct name *found = names_find(&file->names, name, strlen(name));

	return found ? &file->sets[found->index] : NULL;
}

size_t ipset_lines(const struct ipset_file *file)
{
	size_t lines = file->count;

	for (size_t i = 0; i < file->count; i++)
		lines += file->sets[i].count;
	return lines;
}

void ipset_free(struct ipset_file *file)
{
	for (size_t i = 0; i < file->count; i++)
		free(file->sets[i].entries);
	free(file->sets);
	names_free(&file->names);
	*file = (struct ipset_file){ 0 };
}
