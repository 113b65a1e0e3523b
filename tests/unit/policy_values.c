// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_values - values at the limits of the language: prefix lengths, and
 * formats of numbers.
 */
#include <string.h>

#include "policy/language/text/read.h"
#include "tap.h"

#define IP4_BITS 32
#define IP6_BITS 128

/* Parses a policy of one line; *last is from its first condition. */
static bool reads(const char *line, struct policy_range *range)
{
	struct diagnostics diagnostics = { 0 };
	struct read_options options = { 0 };
	struct policy policy = { 0 };
	bool good = !policy_read_text(&policy, "line", line, strlen(line),
				      &options, &diagnostics);

	if (good)
		*range = policy.blocks[0].rules[0].conditions[0].ranges[0];
	diagnostics_free(&diagnostics);
	policy_free(&policy);
	return good;
}

/* The host bits of a prefix of this length, all set. */
static struct policy_value open_bits(unsigned int bits, unsigned int length)
{
	struct policy_value value = { 0 };

	for (unsigned int bit = 0; bit < bits - length; bit++) {
		if (bit < 64)
			value.lo |= UINT64_C(1) << bit;
		else
			value.hi |= UINT64_C(1) << (bit - 64);
	}
	return value;
}

static void check_prefixes(struct tap *tap, const char *zero, unsigned int bits)
{
	struct policy_range range;
	char line[64];

	for (unsigned int length = 0; length <= bits; length++) {
		struct policy_value last = open_bits(bits, length);

		snprintf(line, sizeof(line), "drop from %s/%u", zero, length);
		tap_ok(tap,
		       reads(line, &range) && !range.first.hi &&
			       !range.first.lo && range.last.hi == last.hi &&
			       range.last.lo == last.lo,
		       "%s", line);
	}
	snprintf(line, sizeof(line), "drop from %s/%u", zero, bits + 1);
	tap_ok(tap, !reads(line, &range), "not %s", line);
}

static const struct number {
	const char *text;
	bool is_good;
	uint64_t value;
} numbers[] = {
	{ "0", true, 0 },      { "1", true, 1 },
	{ "255", true, 255 },  { "0x0", true, 0 },
	{ "0xff", true, 255 }, { "0xFF", true, 255 },
	{ "0x0f", true, 15 },  { "00", false, 0 },
	{ "01", false, 0 },    { "010", false, 0 },
	{ "256", false, 0 },   { "0x100", false, 0 },
	{ "0x", false, 0 },    { "0X1", false, 0 },
	{ "1a", false, 0 },    { "18446744073709551616", false, 0 },
};
#define NUMBERS (sizeof(numbers) / sizeof(*numbers))

static void check_number(struct tap *tap, const struct number *number)
{
	struct policy_range range;
	char line[64];
	bool good;

	snprintf(line, sizeof(line), "drop ttl %s", number->text);
	good = reads(line, &range);
	tap_ok(tap,
	       good == number->is_good &&
		       (!good || (range.first.lo == number->value &&
				  range.last.lo == number->value)),
	       "%s%s", number->is_good ? "" : "not ", line);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, IP4_BITS + IP6_BITS + 4 + NUMBERS);

	check_prefixes(&tap, "0.0.0.0", IP4_BITS);
	check_prefixes(&tap, "::", IP6_BITS);
	for (size_t i = 0; i < NUMBERS; i++)
		check_number(&tap, &numbers[i]);
	return tap_end(&tap);
}
