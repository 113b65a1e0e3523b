// SPDX-License-Identifier: GPL-2.0-only
#include "filter.h"

#include <stdlib.h>
#include <string.h>

#include "key_text.h"
#include "lib/filter_words.h"

static bool read_from(void *filter, const char *value)
{
	return flow_prefix_filter(value,
				  &((struct limit_filter *)filter)->from);
}

static bool read_to(void *filter, const char *value)
{
	return flow_prefix_filter(value, &((struct limit_filter *)filter)->to);
}

static bool read_port(void *context, const char *value)
{
	struct limit_filter *filter = context;

	return filter_number(value, 65535, "not a port of 0 to 65535",
			     &filter->has_port, &filter->port);
}

static bool read_line(void *context, const char *value)
{
	struct limit_filter *filter = context;

	return filter_number(value, UINT32_MAX, "not a line", &filter->has_line,
			     &filter->line);
}

static bool read_word(void *context, const char *word)
{
	struct limit_filter *filter = context;

	if (!strcmp(word, "over")) {
		filter->is_over = true;
		return true;
	}
	if (filter->has_protocol)
		return filter_fail("a key has one protocol, so not also", word);
	filter->has_protocol = true;
	return flow_read_protocol(text_part_all(word), &filter->protocol) ||
	       filter_fail("not a condition: from, to, port, line, over or a "
			   "protocol is",
			   word);
}

bool limit_filter_read(struct limit_filter *filter, char *const *words,
		       int count)
{
	static const struct filter_pair pairs[] = {
		{ "from", read_from },
		{ "to", read_to },
		{ "port", read_port },
		{ "line", read_line },
	};
	static const struct filter_words kind = {
		pairs,
		sizeof(pairs) / sizeof(*pairs),
		read_word,
	};

	*filter = (struct limit_filter){ 0 };
	return filter_words_read(&kind, filter, words, count);
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
