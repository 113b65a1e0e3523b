// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the filter table of iptables-save or ip6tables-save line by line.
 * match.c and target.c parse the options of a rule.
 */
#include <errno.h>
#include <string.h>

#include "iptables.h"
#include "policy/language/value_text.h"

#define ETHERTYPE_IP 0x0800
#define ETHERTYPE_IP6 0x86dd

struct reader {
	struct import *import;
	const char *table, *base;
	const struct ipset_file *ipset;
	bool ip6;
	bool in_table; /* in the wanted table */
	bool in_other; /* in another table */
	bool has_table, has_policy;
	bool told_other; /* warned that another table drops */
	unsigned int line;
	const char *start; /* of the line */
};

static int reader_fail(struct reader *reader, const char *at, const char *what)
{
	return import_error(reader->import, reader->line,
			    at - reader->start + 1, "%s", what);
}

/* --- words, optionally in double quotes */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Reads a word and advances *at; NULL if a quote is not closed. */
static const char *read_word(struct reader *reader, const char **at,
			     const char *end)
{
	char *word = arena_alloc(&reader->import->arena, end - *at + 1);
	char *to = word, quote = 0;

	for (; *at < end && (quote || !is_blank(**at)); ++*at) {
		if (**at == quote) {
			quote = 0;
		} else if (!quote && **at == '"') {
			quote = **at;
		} else {
			*at += quote && **at == '\\' && *at + 1 < end;
			*to++ = **at;
		}
	}
	*to = '\0';
	return quote ? NULL : word;
}

static int read_words(struct reader *reader, struct xt_line *line,
		      const char *at, const char *end)
{
	for (;;) {
		const char *from;

		while (at < end && is_blank(*at))
			at++;
		if (at == end)
			return 0;
		if (line->count == XT_WORDS_MAX)
			return reader_fail(reader, at, "too many words");
		from = at;
		line->words[line->count] = read_word(reader, &at, end);
		if (!line->words[line->count++])
			return reader_fail(reader, from,
					   "the closing '\"' is missing");
	}
}

/* --- rules */

void xt_not_understood(struct xt_line *line, const char *word)
{
	import_problem(line->import, &line->rule, "not understood: '%s'", word);
}

/* Skips the arguments of an unknown option, up to the next option. */
static void skip_arguments(struct xt_line *line)
{
	while (line->at < line->count && *line->words[line->at] != '-' &&
	       strcmp(line->words[line->at], "!"))
		line->at++;
}

static enum policy_field field_of(const struct xt_line *line,
				  const struct xt_option *option)
{
	if (!line->ip6)
		return option->field;
	return option->field == POLICY_SRC4   ? POLICY_SRC6
	       : option->field == POLICY_DST4 ? POLICY_DST6
					      : option->field;
}

static void read_option(struct xt_line *line)
{
	const char *name = line->words[line->at++];
	const struct xt_option *option;

	line->negated = !strcmp(name, "!");
	if (line->negated) {
		if (line->at == line->count) {
			xt_not_understood(line, name);
			return;
		}
		name = line->words[line->at++];
	}
	option = line->target ? xt_target_option(name)
			      : xt_match_option(line->module, name);
	if (!option) {
		import_problem(line->import, &line->rule,
			       "no equivalent of '%s%s%s%s'",
			       line->target   ? "-j "
			       : line->module ? "-m "
					      : "",
			       line->target   ? line->target
			       : line->module ? line->module
					      : "",
			       line->target || line->module ? " " : "", name);
		skip_arguments(line);
		return;
	}
	if (line->count - line->at < option->arguments) {
		xt_not_understood(line, name);
		line->at = line->count;
		return;
	}
	line->field = field_of(line, option);
	option->read(line, line->words + line->at);
	line->at += option->arguments;
}

static int read_rule(struct reader *reader, struct xt_line *line,
		     const char *text, size_t size)
{
	struct import *import = reader->import;

	line->at = 1;
	if (line->count < 2)
		return reader_fail(reader, text,
				   "the name of a chain is missing");
	import_rule_init(import, &line->rule);
	line->rule.source = arena_copy(&import->arena, text, size);
	line->rule.line = line->number;
	line->rule.column = text - reader->start + 1;
	line->at = 2;
	while (line->at < line->count)
		read_option(line);
	xt_finish_matches(line);
	xt_finish_limit(line);
	xt_finish_target(line);
	xt_finish_sets(line);
	import_rule_add(import, import_chain(import, line->words[1]),
			&line->rule);
	return 0;
}

/* --- lines */

/* ":INPUT DROP [0:0]"; user-defined chains have "-" for a policy. */
static int read_chain(struct reader *reader, const struct xt_line *line)
{
	const char *name = line->words[0] + 1;
	const char *policy = line->count > 1 ? line->words[1] : "-";
	struct import *import = reader->import;

	import_chain(import, name);
	if (strcmp(name, reader->base))
		return 0;
	reader->has_policy = true;
	import->drops = !strcmp(policy, "DROP");
	if (!import->drops && strcmp(policy, "ACCEPT"))
		return reader_fail(
			reader, reader->start,
			"the policy of this chain is neither ACCEPT nor "
			"DROP");
	return 0;
}

static int read_statement(struct reader *reader, const char *at,
			  const char *end)
{
	struct xt_line line = {
		.import = reader->import,
		.number = reader->line,
		.ip6 = reader->ip6,
		.ipset = reader->ipset,
	};
	const char *counters = *at == '[' ? memchr(at, ']', end - at) : NULL;
	int err;

	if (counters)
		at = counters + 1;
	while (at < end && is_blank(*at))
		at++;
	err = read_words(reader, &line, at, end);
	if (err || !line.count)
		return err;
	if (*line.words[0] == ':')
		return read_chain(reader, &line);
	if (!strcmp(line.words[0], "-A") || !strcmp(line.words[0], "--append"))
		return read_rule(reader, &line, at, end - at);
	if (!strcmp(line.words[0], "-N")) /* the chain is also named by rules */
		return 0;
	return reader_fail(reader, at, "not a line of iptables-save");
}

/* Warns about drops in other tables, which are not imported. */
static void note_other_drop(struct reader *reader, const char *at,
			    const char *end)
{
	static const char drop[] = "-j DROP";
	size_t size = sizeof(drop) - 1;

	if (reader->told_other || (size_t)(end - at) < size ||
	    memcmp(end - size, drop, size))
		return;
	reader->told_other = true;
	import_error(reader->import, reader->line, 1,
		     "note: another table drops packets, too, and is not in "
		     "this policy");
}

static int read_line(struct reader *reader, const char *at, const char *end)
{
	size_t length = strlen(reader->table);

	while (at < end && is_blank(end[-1]))
		end--;
	while (at < end && is_blank(*at))
		at++;
	if (at == end || *at == '#')
		return 0;
	if (*at == '*') {
		if (reader->in_table || reader->in_other)
			return reader_fail(reader, at, "COMMIT is missing");
		reader->in_table = (size_t)(end - at) == length + 1 &&
				   !memcmp(at + 1, reader->table, length);
		reader->in_other = !reader->in_table;
		reader->has_table |= reader->in_table;
		return 0;
	}
	if (end - at == 6 && !memcmp(at, "COMMIT", 6)) {
		reader->in_table = reader->in_other = false;
		return 0;
	}
	if (reader->in_other) {
		note_other_drop(reader, at, end);
		return 0;
	}
	if (!reader->in_table)
		return reader_fail(reader, at, "not a line of iptables-save");
	return read_statement(reader, at, end);
}

/*
 * The text has no field for its family: look for the comment of ip6tables-save
 * in the first line, or for an IPv6 address or protocol.
 */
static bool is_ip6(const char *text)
{
	static const char *const signs[] = {
		"by ip6tables", " ipv6-icmp", " icmpv6",
		" icmp6",	" ::/0",      " fe80:",
	};

	if (strstr(text, "by iptables"))
		return false;
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
		if (strstr(text, signs[i]))
			return true;
	}
	for (const char *at = text; (at = strstr(at, "-s ")) != NULL; at++) {
		size_t size = strcspn(at + 3, " /\n");
		struct policy_value value;

		if (text_to_address(at + 3, size, true, &value))
			return true;
	}
	for (const char *at = text; (at = strstr(at, "-d ")) != NULL; at++) {
		size_t size = strcspn(at + 3, " /\n");
		struct policy_value value;

		if (text_to_address(at + 3, size, true, &value))
			return true;
	}
	return false;
}

static int finish(struct reader *reader)
{
	struct import *import = reader->import;

	reader->start = NULL;
	if (!reader->has_table)
		return import_error(import, 0, 0, "there is no table '%s'",
				    reader->table);
	import->base = import_chain_find(import, reader->base);
	if (import->base == import->chain_count || !reader->has_policy)
		return import_error(
			import, 0, 0,
			"table '%s' has no chain '%s' with a policy",
			reader->table, reader->base);
	import_resolve_targets(import);
	xt_join_changes(import);
	import->ethertypes[0] = reader->ip6 ? ETHERTYPE_IP6 : ETHERTYPE_IP;
	import->origin = arena_format(&import->arena,
				      "Imported from %s: chain %s of %s.",
				      import->path, reader->base,
				      reader->ip6 ? "ip6tables" : "iptables");
	return 0;
}

int import_iptables(struct import *import, const char *text, size_t size,
		    const struct import_options *options)
{
	struct reader reader = {
		.import = import,
		.table = options->table ? options->table : "filter",
		.base = options->chain ? options->chain : "INPUT",
		.ipset = options->ipset,
	};
	const char *end = text + size;
	int err = 0;

	if (memchr(text, '\0', size))
		return import_error(import, 0, 0, "this is no text");
	reader.ip6 = options->ip6 || is_ip6(text);
	import->device = options->device;
	import->sends = !strcmp(reader.base, "OUTPUT") ||
			!strcmp(reader.base, "POSTROUTING");
	import->receives = !strcmp(reader.base, "INPUT");
	while (text < end && !err) {
		const char *newline = memchr(text, '\n', end - text);
		const char *line_end = newline ? newline : end;

		reader.line++;
		reader.start = text;
		err = read_line(&reader, text, line_end);
		text = line_end + 1;
	}
	return err ? err : finish(&reader);
}
