// SPDX-License-Identifier: GPL-2.0-only
/* -m limit and -m hashlimit */
#include <string.h>
#include <strings.h>

#include "iptables.h"
#include "policy/language/rate.h"

#define DEFAULT_RATE 3 /* of -m limit: per hour */
#define DEFAULT_BURST 5

static bool read_unit(const char *text, uint32_t *seconds)
{
	static const struct {
		const char *word;
		uint32_t seconds;
	} units[] = {
		{ "second", 1 },
		{ "minute", 60 },
		{ "hour", 3600 },
		{ "day", 24 * 3600 },
	};

	for (size_t i = 0; *text && i < sizeof(units) / sizeof(*units); i++) {
		if (!strncasecmp(units[i].word, text, strlen(text))) {
			*seconds = units[i].seconds;
			return true;
		}
	}
	return false;
}

static void read_rate(struct xt_line *line, const char *text)
{
	struct policy_rate *rate = &line->limit.rate;
	const char *slash = strchr(text, '/');
	size_t size = slash ? (size_t)(slash - text) : strlen(text);

	rate->seconds = 1;
	if (!import_number(text, size, RATE_PACKETS_MAX, &rate->amount) ||
	    !rate->amount || (slash && !read_unit(slash + 1, &rate->seconds)))
		import_problem(line->import, &line->rule,
			       "no equivalent of a limit of '%s'", text);
}

void xt_start_limit(struct xt_line *line, const char *module)
{
	bool is_hash = !strcmp(module, "hashlimit");

	if (line->has_limit) {
		import_problem(line->import, &line->rule,
			       "no equivalent of two limits");
		return;
	}
	line->has_limit = true;
	line->limit = (struct import_limit){
		.rate = { .amount = is_hash ? 0 : DEFAULT_RATE,
			  .seconds = 3600,
			  .burst = DEFAULT_BURST },
		.length4 = 32,
		.length6 = line->ip6 ? 128 : 64,
	};
}

/* Matches are tried in their order: a limit counts what the ones before match.
 */
void xt_check_after_limit(struct xt_line *line, const char *module)
{
	if (line->has_limit && strcmp(module, "comment"))
		import_problem(line->import, &line->rule,
			       "no equivalent of a match after a limit");
}

void xt_read_limit(struct xt_line *line, const char *const *arguments)
{
	if (line->negated)
		xt_not_understood(line, "!");
	read_rate(line, arguments[0]);
}

void xt_read_burst(struct xt_line *line, const char *const *arguments)
{
	if (!import_number(arguments[0], strlen(arguments[0]), UINT32_MAX,
			   &line->limit.rate.burst))
		xt_not_understood(line, arguments[0]);
}

void xt_read_limit_above(struct xt_line *line, const char *const *arguments)
{
	line->limit.is_above = !line->negated;
	read_rate(line, arguments[0]);
}

void xt_read_limit_upto(struct xt_line *line, const char *const *arguments)
{
	line->limit.is_above = line->negated;
	read_rate(line, arguments[0]);
}

void xt_read_limit_mode(struct xt_line *line, const char *const *arguments)
{
	static const struct {
		const char *word;
		unsigned int part;
	} parts[] = {
		{ "srcip", IMPORT_KEY_FROM },
		{ "dstip", IMPORT_KEY_TO },
		{ "srcport", IMPORT_KEY_FROM_PORT },
		{ "dstport", IMPORT_KEY_TO_PORT },
	};
	size_t size;

	line->limit_mode = arguments[0];
	for (const char *at = arguments[0], *next; at; at = next) {
		unsigned int part = 0;

		next = xt_next_item(at, &size);
		for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
			if (strlen(parts[i].word) == size &&
			    !strncmp(parts[i].word, at, size))
				part = parts[i].part;
		}
		if (!part)
			xt_not_understood(line, at);
		line->limit_parts |= part;
	}
}

static void read_mask(struct xt_line *line, const char *text, uint64_t *mask)
{
	uint64_t max = line->ip6 ? 128 : 32;

	if (!import_number(text, strlen(text), max, mask) || !*mask)
		import_problem(line->import, &line->rule,
			       "no equivalent of a mask of '%s'", text);
}

void xt_read_limit_source_mask(struct xt_line *line,
			       const char *const *arguments)
{
	read_mask(line, arguments[0], &line->source_mask);
}

void xt_read_limit_target_mask(struct xt_line *line,
			       const char *const *arguments)
{
	read_mask(line, arguments[0], &line->target_mask);
}

void xt_read_limit_name(struct xt_line *line, const char *const *arguments)
{
	const char *name = arguments[0];

	if (names_find(&line->import->limit_names, name, strlen(name)))
		import_problem(line->import, &line->rule,
			       "its hashlimit '%s' is also that of another "
			       "rule",
			       name);
	else
		import_names_add(
			&line->import->limit_names,
			arena_copy(&line->import->arena, name, strlen(name)),
			0);
}

/* The size of the table, and how long what is in it stays. */
void xt_ignore_limit_option(struct xt_line *line, const char *const *arguments)
{
	(void)line;
	(void)arguments;
}

static void set_mask(struct xt_line *line)
{
	uint64_t mask = line->limit_parts & IMPORT_KEY_FROM ? line->source_mask
							    : line->target_mask;
	uint64_t other =
		line->limit_parts & IMPORT_KEY_TO ? line->target_mask : mask;

	if (mask != other)
		line->limit.length4 = line->limit.length6 = 1; /* no flow */
	else if (mask && line->ip6)
		line->limit.length6 = mask;
	else if (mask)
		line->limit.length4 = mask;
}

void xt_finish_limit(struct xt_line *line)
{
	struct import_limit *limit = &line->limit;

	if (!line->has_limit || line->rule.problem)
		return;
	set_mask(line);
	if (!import_limit_key(limit, &line->rule, line->limit_parts))
		import_problem(line->import, &line->rule,
			       "no equivalent of '--hashlimit-mode %s' and "
			       "its masks",
			       line->limit_mode);
	else if (!limit->rate.amount || !limit->rate.burst ||
		 rate_burst_time(&limit->rate) > TG_LIMIT_BURST_MAX)
		import_problem(line->import, &line->rule,
			       "no equivalent of such a rate and burst");
	else
		import_add_limit(line->import, &line->rule, limit);
}
