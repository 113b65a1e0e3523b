// SPDX-License-Identifier: GPL-2.0-only
#include "value.h"
#include "policy/language/field.h"

#include <arpa/inet.h>
#include <inttypes.h>

static void print_address(FILE *out, struct policy_value value, bool is_ip6)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t bytes[16];

	for (int i = 0; i < 8; i++) {
		bytes[i] = value.hi >> (56 - 8 * i);
		bytes[8 + i] = value.lo >> (56 - 8 * i);
	}
	inet_ntop(is_ip6 ? AF_INET6 : AF_INET, is_ip6 ? bytes : bytes + 12,
		  text, sizeof(text));
	fputs(text, out);
}

static void print_mac(FILE *out, uint64_t value)
{
	for (int shift = 40; shift >= 0; shift -= 8)
		fprintf(out, "%02x%s", (unsigned int)(value >> shift) & 0xff,
			shift ? ":" : "");
}

static void print_value(FILE *out, struct policy_value value,
			struct value_form form)
{
	const char *name =
		form.words == NO_WORDS ? NULL : word_name(form.words, value.lo);

	if (name)
		fputs(name, out);
	else if (form.form == FORM_MAC)
		print_mac(out, value.lo);
	else if (form.form == FORM_IP4 || form.form == FORM_IP6)
		print_address(out, value, form.form == FORM_IP6);
	else if (form.form == FORM_HEX)
		fprintf(out, "0x%04" PRIx64, value.lo);
	else
		fprintf(out, "%" PRIu64, value.lo);
}

static int count_ones(struct policy_value value)
{
	return __builtin_popcountll(value.hi) + __builtin_popcountll(value.lo);
}

/* The length of the prefix that is equal to the range, or -1. */
static int prefix_length(const struct policy_range *range, int bits)
{
	struct policy_value host = { range->first.hi ^ range->last.hi,
				     range->first.lo ^ range->last.lo };
	struct policy_value next = { host.hi, host.lo + 1 };

	if (next.lo == 0)
		next.hi++;
	/* a prefix: the host bits are contiguous, and 0 in the first address */
	if ((host.hi & next.hi) || (host.lo & next.lo) ||
	    (host.hi & range->first.hi) || (host.lo & range->first.lo))
		return -1;
	return bits - count_ones(host);
}

static bool is_single(const struct policy_range *range)
{
	return range->first.hi == range->last.hi &&
	       range->first.lo == range->last.lo;
}

static void print_range(FILE *out, const struct policy_range *range,
			struct value_form form)
{
	bool is_address = form.form == FORM_IP4 || form.form == FORM_IP6;
	int length = -1;

	/* the ends of a range are numbers: a dash would join names */
	if (!is_single(range))
		form.words = NO_WORDS;
	print_value(out, range->first, form);
	if (is_single(range))
		return;
	if (is_address)
		length = prefix_length(range, form.form == FORM_IP4 ? 32 : 128);
	if (length >= 0) {
		fprintf(out, "/%d", length);
		return;
	}
	fputc('-', out);
	print_value(out, range->last, form);
}

/*
 * A short range whose values all have names is printed as names: a range of
 * ICMP types would be hard to read.
 */
#define NAMED_MAX 4

static bool is_named(const struct policy_range *range, struct value_form form)
{
	if (form.words == NO_WORDS || is_single(range) ||
	    range->last.lo - range->first.lo >= NAMED_MAX)
		return false;
	for (uint64_t n = range->first.lo; n <= range->last.lo; n++) {
		if (!word_name(form.words, n))
			return false;
	}
	return true;
}

static void print_named(FILE *out, const struct policy_range *range,
			struct value_form form, const char *separator)
{
	for (uint64_t n = range->first.lo; n <= range->last.lo; n++) {
		fprintf(out, "%s%s", separator, word_name(form.words, n));
		separator = ", ";
	}
}

static void print_ranges(FILE *out, const struct policy_condition *condition,
			 struct value_form form, const char *separator)
{
	for (size_t i = 0; i < condition->count; i++) {
		const struct policy_range *range = &condition->ranges[i];

		if (is_named(range, form)) {
			print_named(out, range, form, separator);
		} else {
			fputs(separator, out);
			print_range(out, range, form);
		}
		separator = ", ";
	}
}

void print_set(FILE *out, const struct policy_condition *condition,
	       struct value_form form)
{
	bool has_braces =
		condition->count != 1 || is_named(&condition->ranges[0], form);

	fputs(condition->negated ? " !" : " ", out);
	if (condition->list) {
		fputs(condition->list, out);
		return;
	}
	if (condition->set) {
		fprintf(out, "@%s", condition->set->name);
		return;
	}
	if (!condition->count) {
		fputs("{ }", out);
		return;
	}
	fputs(has_braces ? "{ " : "", out);
	print_ranges(out, condition, form, "");
	fputs(has_braces ? " }" : "", out);
}

static struct value_form form_of(const struct policy_condition *condition)
{
	bool is_ip6 = field_bits(condition->field) == 128;
	struct value_form form = { is_ip6 ? FORM_IP6 : FORM_IP4, NO_WORDS };

	return form;
}

void print_addresses(FILE *out, const struct policy_condition *condition)
{
	const struct policy_condition *other = condition->either_family;

	if (!other || condition->list || condition->set ||
	    policy_condition_is_empty(condition)) {
		print_set(out, condition, form_of(condition));
		return;
	}
	fputs(condition->negated ? " !{ " : " { ", out);
	print_ranges(out, condition, form_of(condition), "");
	print_ranges(out, other, form_of(other), ", ");
	fputs(" }", out);
}

void print_masked(FILE *out, uint64_t value, uint64_t mask)
{
	if (mask == UINT64_MAX)
		fprintf(out, "%" PRIu64, value);
	else
		fprintf(out, "0x%" PRIx64 "/0x%" PRIx64, value, mask);
}

void print_bits(FILE *out, enum word_table words, uint64_t bits,
		const char *separator)
{
	const char *between = "";

	if (!bits)
		fputs("none", out);
	for (uint64_t bit = 1; bit && bit <= bits; bit <<= 1) {
		const char *name = word_name(words, bit);

		if (!(bits & bit) || !name)
			continue;
		fprintf(out, "%s%s", between, name);
		between = separator;
	}
}
