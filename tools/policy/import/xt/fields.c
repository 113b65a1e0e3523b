// SPDX-License-Identifier: GPL-2.0-only
/* Matches of iptables on fields: flags, types, lengths, ... */
#include <string.h>

#include "iptables.h"
#include "policy/language/field.h"
#include "policy/language/value_text.h"

#define ICMP_ANY 255
#define PORT_MAX 0xffff
#define FLAGS_SYN 0x02
#define FLAGS_SYN_MASK 0x17
#define FLAGS_ALL 0x3f
#define FLAG_BITS 0xff
#define DSCP_MASK 0xfc

/* --- TCP flags */

static bool read_flags(struct xt_line *line, const char *text, uint64_t *bits)
{
	uint64_t bit;
	size_t size;

	*bits = 0;
	for (const char *at = text, *next; at; at = next) {
		char lower[8];

		next = xt_next_item(at, &size);
		if (size >= sizeof(lower))
			return false;
		for (size_t i = 0; i < size; i++)
			lower[i] = at[i] | 0x20;
		if (size == 3 && !memcmp(lower, "all", 3))
			*bits |= FLAGS_ALL;
		else if (size == 4 && !memcmp(lower, "none", 4))
			continue;
		else if (import_number(at, size, FLAG_BITS, &bit) ||
			 import_word(POLICY_TCP_FLAGS, line->ip6, lower, size,
				     &bit))
			*bits |= bit;
		else
			return false;
	}
	return true;
}

static void and_flags(struct xt_line *line, uint64_t mask, uint64_t value)
{
	struct ranges set = import_set_of(line->import, value, value);

	/* no flags to compare: true for every TCP header */
	if (!mask)
		import_and_range(line->import, &line->rule, POLICY_DST_PORT,
				 false, 0, PORT_MAX);
	import_and_bits(line->import, &line->rule, POLICY_TCP_FLAGS, mask, &set,
			line->negated);
}

void xt_read_tcp_flags(struct xt_line *line, const char *const *arguments)
{
	uint64_t mask, value;

	if (!read_flags(line, arguments[0], &mask) ||
	    !read_flags(line, arguments[1], &value))
		xt_not_understood(line, arguments[0]);
	else
		and_flags(line, mask, value);
}

void xt_read_syn(struct xt_line *line, const char *const *arguments)
{
	(void)arguments;
	and_flags(line, FLAGS_SYN_MASK, FLAGS_SYN);
}

/* --- ICMP */

void xt_read_icmp_type(struct xt_line *line, const char *const *arguments)
{
	const char *slash = strchr(arguments[0], '/');
	size_t size =
		slash ? (size_t)(slash - arguments[0]) : strlen(arguments[0]);
	struct policy_condition type, code;
	struct import_rule both;
	struct import_case cases[2];
	uint64_t value;

	if (!line->ip6 &&
	    (!strcmp(arguments[0], "any") || !strcmp(arguments[0], "255"))) {
		if (line->negated)
			line->rule.case_count = 0;
		else
			xt_and_range(line, POLICY_ICMP_TYPE, 0, ICMP_ANY);
		return;
	}
	if (!import_word(POLICY_ICMP_TYPE, line->ip6, arguments[0], size,
			 &value)) {
		xt_not_understood(line, arguments[0]);
		return;
	}
	type = import_values(line->import, POLICY_ICMP_TYPE, line->negated,
			     value, value);
	if (!slash) {
		import_and(line->import, &line->rule, type);
		return;
	}
	if (!import_word(POLICY_ICMP_CODE, line->ip6, slash + 1,
			 strlen(slash + 1), &value)) {
		xt_not_understood(line, arguments[0]);
		return;
	}
	code = import_values(line->import, POLICY_ICMP_CODE, false, value,
			     value);
	if (!line->negated) {
		import_and(line->import, &line->rule, type);
		import_and(line->import, &line->rule, code);
		return;
	}
	/* another type, or the same type with another code */
	cases[0] = import_case_of(line->import, type);
	import_rule_init(line->import, &both);
	type.negated = false;
	code.negated = true;
	import_and(line->import, &both, type);
	import_and(line->import, &both, code);
	cases[1] = both.cases[0];
	import_and_any(line->import, &line->rule, cases, 2);
}

/* --- other fields */

static void read_field(struct xt_line *line, const char *text)
{
	uint64_t max = (UINT64_C(1) << field_bits(line->field)) - 1;
	struct policy_range range;

	if (xt_read_range(line, line->field, text, strlen(text), max, &range))
		xt_and_range(line, line->field, range.first.lo, range.last.lo);
	else
		xt_not_understood(line, text);
}

void xt_read_field(struct xt_line *line, const char *const *arguments)
{
	read_field(line, arguments[0]);
}

/* Less than or greater than a value; the range may be empty. */
static void read_ttl_beyond(struct xt_line *line, const char *text, bool less)
{
	struct ranges set = import_set(line->import);
	uint64_t value;

	if (!import_number(text, strlen(text), 255, &value)) {
		xt_not_understood(line, text);
		return;
	}
	if (less ? value > 0 : value < 255)
		set = import_set_of(line->import, less ? 0 : value + 1,
				    less ? value - 1 : 255);
	xt_and_set(line, POLICY_TTL, &set);
}

void xt_read_ttl_less(struct xt_line *line, const char *const *arguments)
{
	read_ttl_beyond(line, arguments[0], true);
}

void xt_read_ttl_greater(struct xt_line *line, const char *const *arguments)
{
	read_ttl_beyond(line, arguments[0], false);
}

void xt_read_dscp_class(struct xt_line *line, const char *const *arguments)
{
	char lower[8] = "";

	for (size_t i = 0; i + 1 < sizeof(lower) && arguments[0][i]; i++)
		lower[i] = arguments[0][i] | 0x20;
	read_field(line, lower);
}

/* The TOS byte, of which a policy only has the DSCP, the upper six bits. */
void xt_read_tos(struct xt_line *line, const char *const *arguments)
{
	struct ranges set = import_set(line->import);
	uint64_t value, mask;

	if (!xt_read_masked(line, arguments[0], 0xff, &value, &mask))
		return;
	if (mask & ~DSCP_MASK) {
		import_problem(line->import, &line->rule,
			       "no equivalent of the two ECN bits: '%s'",
			       arguments[0]);
		return;
	}
	for (uint64_t dscp = 0; dscp < 64; dscp++) {
		struct policy_value it = { .lo = dscp };

		if ((dscp << 2 & mask) == value)
			ranges_add(&set, (struct policy_range){ it, it });
	}
	ranges_sort(&set);
	xt_and_set(line, POLICY_DSCP, &set);
}

void xt_read_mark(struct xt_line *line, const char *const *arguments)
{
	struct ranges set;
	uint64_t value, mask;

	if (!xt_read_masked(line, arguments[0], UINT32_MAX, &value, &mask))
		return;
	set = import_set_of(line->import, value, value);
	import_and_bits(line->import, &line->rule, POLICY_MARK, mask, &set,
			line->negated);
}

void xt_read_mac(struct xt_line *line, const char *const *arguments)
{
	struct policy_value value;

	if (text_to_mac(arguments[0], strlen(arguments[0]), &value))
		xt_and_range(line, POLICY_SRC_MAC, value.lo, value.lo);
	else
		xt_not_understood(line, arguments[0]);
}

void xt_read_address_range(struct xt_line *line, const char *const *arguments)
{
	const char *text = arguments[0];
	size_t size = strcspn(text, "-");
	const char *end = text[size] ? text + size + 1 : text;
	struct ranges set = import_set(line->import);
	struct policy_range range;

	if (!text_to_address(text, size, line->ip6, &range.first) ||
	    !text_to_address(end, strlen(end), line->ip6, &range.last) ||
	    value_compare(range.first, range.last) > 0) {
		xt_not_understood(line, text);
		return;
	}
	ranges_add(&set, range);
	xt_and_set(line, line->field, &set);
}

void xt_read_comment(struct xt_line *line, const char *const *arguments)
{
	line->rule.comment = arguments[0];
}
