// SPDX-License-Identifier: GPL-2.0-only
#include "filter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key_text.h"

static bool filter_fail(const char *what, const char *word)
{
	fprintf(stderr, "%s: %s: '%s'\n", program_invocation_short_name, what,
		word);
	return false;
}

/* --- conditions that are two words */

static bool read_prefix(const char *word, struct flow_prefix *prefix)
{
	if (prefix->is_given)
		return filter_fail("is given twice, the second time", word);
	return flow_prefix_read(word, prefix) ||
	       filter_fail("not an address or a prefix", word);
}

static bool read_number(const char *word, uint32_t max, const char *what,
			bool *has, uint32_t *number)
{
	struct flow_part part = { word, word + strlen(word) };

	if (*has)
		return filter_fail("is given twice, the second time", word);
	*has = true;
	return flow_read_number(part, max, number) || filter_fail(what, word);
}

/* False: the name is none of those. Sets *is_right. */
static bool read_pair(struct limit_filter *filter, const char *name,
		      const char *word, bool *is_right)
{
	if (!strcmp(name, "from"))
		*is_right = read_prefix(word, &filter->from);
	else if (!strcmp(name, "to"))
		*is_right = read_prefix(word, &filter->to);
	else if (!strcmp(name, "port"))
		*is_right = read_number(word, 65535, "not a port of 0 to 65535",
					&filter->has_port, &filter->port);
	else if (!strcmp(name, "line"))
		*is_right = read_number(word, UINT32_MAX, "not a line",
					&filter->has_line, &filter->line);
	else
		return false;
	return true;
}

static bool read_word(struct limit_filter *filter, const char *word)
{
	struct flow_part part = { word, word + strlen(word) };

	if (!strcmp(word, "over")) {
		filter->is_over = true;
		return true;
	}
	if (filter->has_protocol)
		return filter_fail("a key has one protocol, so not also", word);
	filter->has_protocol = true;
	return flow_read_protocol(part, &filter->protocol) ||
	       filter_fail("not a condition: from, to, port, line, over or a "
			   "protocol is",
			   word);
}

static bool is_name(const char *word)
{
	return !strcmp(word, "from") || !strcmp(word, "to") ||
	       !strcmp(word, "port") || !strcmp(word, "line");
}

bool limit_filter_read(struct limit_filter *filter, char *const *words,
		       int count)
{
	*filter = (struct limit_filter){ 0 };
	for (int i = 0; i < count; i++) {
		bool is_right = true;

		if (is_name(words[i]) && i + 1 == count)
			return filter_fail("needs a value behind it", words[i]);
		if (i + 1 < count &&
		    read_pair(filter, words[i], words[i + 1], &is_right))
			i++;
		else
			is_right = read_word(filter, words[i]);
		if (!is_right)
			return false;
	}
	return true;
}

/* --- matching */

/* Either end of a flow: its key does not say which one has sent first. */
static bool has_prefix(const struct flow_prefix *prefix,
		       const struct tg_limit_note *note, unsigned int per,
		       unsigned int length)
{
	uint32_t ends[2][4] = { { 0 } };
	bool is_ip6 = limit_key_is_ip6(note);

	if (!prefix->is_given)
		return true;
	if (!limit_key_has_address(note))
		return false;
	if (note->per != TG_LIMIT_PER_FLOW)
		return note->per == per &&
		       flow_prefix_meets(prefix, note->words, is_ip6, length);
	memcpy(ends[0], note->words, 2 * sizeof(*note->words));
	memcpy(ends[1], note->words + 2, 2 * sizeof(*note->words));
	return flow_prefix_meets(prefix, ends[0], is_ip6, length) ||
	       flow_prefix_meets(prefix, ends[1], is_ip6, length);
}

static bool has_port(const struct limit_filter *filter,
		     const struct tg_limit_note *note)
{
	if (note->per == TG_LIMIT_PER_PORT)
		return note->ports[0] == filter->port;
	return note->per == TG_LIMIT_PER_FLOW &&
	       (note->ports[0] == filter->port ||
		note->ports[1] == filter->port);
}

static bool has_protocol(const struct limit_filter *filter,
			 const struct tg_limit_note *note)
{
	return (note->per == TG_LIMIT_PER_PORT ||
		note->per == TG_LIMIT_PER_FLOW) &&
	       note->protocol == filter->protocol;
}

static bool is_at_line(const struct limit_rule *rule, uint32_t line)
{
	const char *colon = rule ? strrchr(rule->place, ':') : NULL;

	return colon && strtoul(colon + 1, NULL, 10) == line;
}

bool limit_filter_matches(const struct limit_filter *filter,
			  const struct tg_limit_note *note,
			  const struct limit_rule *rule,
			  const struct limit_level *level)
{
	unsigned int length =
		limit_key_length(note, rule ? &rule->limit : NULL);

	return has_prefix(&filter->from, note, TG_LIMIT_PER_FROM, length) &&
	       has_prefix(&filter->to, note, TG_LIMIT_PER_TO, length) &&
	       (!filter->has_port || has_port(filter, note)) &&
	       (!filter->has_protocol || has_protocol(filter, note)) &&
	       (!filter->has_line || is_at_line(rule, filter->line)) &&
	       (!filter->is_over || (level && level->is_over));
}
