// SPDX-License-Identifier: GPL-2.0-only
/*
 * Imports ClassBench rule sets, one rule a line:
 *
 *	@SRC/LEN DST/LEN SPORT : SPORT DPORT : DPORT PROTOCOL/MASK
 *
 * The format has no actions, so rules with odd numbers, from 1, drop and the
 * others pass. A rule with ports for a protocol without ports never matches and
 * becomes a comment.
 */
#include <errno.h>
#include <string.h>

#include "policy/import/core/import.h"
#include "policy/language/print/print.h"

#define ETHERTYPE_IP 0x0800
#define PORT_MAX 0xffff
#define PROTOCOL_MASK 0xff

struct line {
	struct import *import;
	const char *start, *at, *end;
	unsigned int number;
};

static int line_fail(struct line *line, const char *what)
{
	return import_error(line->import, line->number,
			    line->at - line->start + 1, "%s", what);
}

static void skip_blanks(struct line *line)
{
	while (line->at < line->end && strchr(" \t\r", *line->at))
		line->at++;
}

static bool take_char(struct line *line, char c)
{
	skip_blanks(line);
	if (line->at == line->end || *line->at != c)
		return false;
	line->at++;
	return true;
}

/* The length of the text up to a blank or the sign. */
static size_t word(struct line *line, char sign)
{
	const char *end;

	skip_blanks(line);
	end = line->at;
	while (end < line->end && *end != sign && !strchr(" \t\r", *end))
		end++;
	return end - line->at;
}

static int read_prefix(struct line *line, struct policy_condition *condition)
{
	size_t size = word(line, '\0');
	struct ranges set = import_set(line->import);
	struct policy_range range;

	if (!memchr(line->at, '/', size) ||
	    !import_prefix(line->at, size, false, &range))
		return line_fail(line, "not a prefix");
	ranges_add(&set, range);
	*condition = import_condition(condition->field, false, &set);
	line->at += size;
	return 0;
}

static int read_number(struct line *line, char sign, uint64_t max,
		       uint64_t *value)
{
	size_t size = word(line, sign);

	if (!import_number(line->at, size, max, value))
		return line_fail(line, "not a number, or too large");
	line->at += size;
	return 0;
}

static int read_ports(struct line *line, struct policy_condition *condition)
{
	uint64_t first, last;
	int err = read_number(line, ':', PORT_MAX, &first);

	if (!err && !take_char(line, ':'))
		err = line_fail(line, "':' is missing");
	if (!err)
		err = read_number(line, '\0', PORT_MAX, &last);
	if (!err && first > last)
		err = line_fail(line, "a range that ends before it starts");
	if (!err)
		*condition = import_values(line->import, condition->field,
					   false, first, last);
	return err;
}

static int read_protocol(struct line *line, struct policy_condition *condition,
			 bool *any)
{
	uint64_t protocol, mask;
	int err = read_number(line, '/', PROTOCOL_MASK, &protocol);

	if (!err && !take_char(line, '/'))
		err = line_fail(line, "'/' is missing");
	if (!err)
		err = read_number(line, '\0', PROTOCOL_MASK, &mask);
	if (!err && mask && mask != PROTOCOL_MASK)
		err = line_fail(line, "a mask that is neither 0x00 nor 0xFF");
	if (err)
		return err;
	*condition = import_values(line->import, condition->field, false,
				   protocol, protocol);
	*any = !mask;
	return 0;
}

static bool is_all(const struct policy_condition *condition, uint64_t last)
{
	const struct policy_range *range = condition->ranges;

	return range->first.lo == 0 && range->last.lo == last;
}

static void print_remark(const struct line *line, const char *what, FILE *out)
{
	struct import *import = line->import;
	const char *text =
		arena_format(&import->arena, "%s: %.*s", what,
			     (int)(line->end - line->start), line->start);

	fprintf(out, "# %s\n", import_comment(import, text));
}

/*
 * A range of all values is no condition: it also holds for packets without
 * ports.
 */
static void print_rule(struct line *line, const struct policy_condition *read,
		       size_t count, bool drops, FILE *out)
{
	static const uint64_t last[] = { UINT32_MAX, UINT32_MAX, PORT_MAX,
					 PORT_MAX, UINT64_MAX };
	struct policy_condition conditions[6];
	struct import_case one = { conditions, 0 };
	struct policy_rule rule = { .action =
					    drops ? POLICY_DROP : POLICY_PASS };
	bool has_address = false;

	for (size_t i = 0; i < count; i++) {
		if (is_all(&read[i], last[i]))
			continue;
		conditions[one.count++] = read[i];
		has_address |= i < 2;
	}
	if (!has_address)
		conditions[one.count++] =
			import_values(line->import, POLICY_ETHERTYPE, false,
				      ETHERTYPE_IP, ETHERTYPE_IP);
	if (!import_case_settle(line->import, &one)) {
		print_remark(line, "never matches", out);
		return;
	}
	import_case_finish(line->import, &one);
	rule.conditions = one.conditions;
	rule.condition_count = one.count;
	policy_rule_print(out, NULL, &rule);
	fputc('\n', out);
}

static int read_rule(struct line *line, size_t number, FILE *out)
{
	struct policy_condition conditions[] = {
		{ .field = POLICY_SRC4 },     { .field = POLICY_DST4 },
		{ .field = POLICY_SRC_PORT }, { .field = POLICY_DST_PORT },
		{ .field = POLICY_PROTOCOL },
	};
	bool any = false;
	int err;

	if (!take_char(line, '@'))
		return line_fail(line, "'@' is missing");
	err = read_prefix(line, &conditions[0]);
	if (!err)
		err = read_prefix(line, &conditions[1]);
	if (!err)
		err = read_ports(line, &conditions[2]);
	if (!err)
		err = read_ports(line, &conditions[3]);
	if (!err)
		err = read_protocol(line, &conditions[4], &any);
	/* some sets have more columns, which are ignored */
	if (!err)
		print_rule(line, conditions, any ? 4 : 5, number % 2, out);
	return err;
}

int import_classbench(struct import *import, const char *text, size_t size,
		      FILE *out)
{
	struct line line = { .import = import };
	const char *end = text + size;
	size_t count = 0;
	int err = 0;

	fputs("default pass\n\n", out);
	while (text < end && !err) {
		const char *newline = memchr(text, '\n', end - text);

		line.start = line.at = text;
		line.end = newline ? newline : end;
		line.number++;
		text = line.end + 1;
		skip_blanks(&line);
		if (line.at == line.end)
			continue;
		if (++count > IMPORT_RULES_MAX) {
			err = line_fail(&line, "too many rules");
			break;
		}
		err = read_rule(&line, count, out);
	}
	return err;
}
