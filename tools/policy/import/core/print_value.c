// SPDX-License-Identifier: GPL-2.0-only
/* Sets, marks and comments as text of the policy language. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "import.h"
#include "lib/utf8.h"
#include "policy/language/words.h"

#define COMMENT_MAX 1000
#define LINE_ITEMS 2048 /* keeps a line well under POLICY_LINE_MAX */

static void print_address(FILE *out, bool ip6, struct policy_value value)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t bytes[16];

	for (int i = 0; i < 8; i++) {
		bytes[i] = value.hi >> (56 - 8 * i);
		bytes[8 + i] = value.lo >> (56 - 8 * i);
	}
	inet_ntop(ip6 ? AF_INET6 : AF_INET, ip6 ? bytes : bytes + 12, text,
		  sizeof(text));
	fputs(text, out);
}

static void print_mac(FILE *out, uint64_t value)
{
	for (int i = 5; i >= 0; i--)
		fprintf(out, "%02x%s", (unsigned int)(value >> 8 * i & 0xff),
			i ? ":" : "");
}

static const char *name_of(enum policy_field field, bool ip6, uint64_t value)
{
	switch (field) {
	case POLICY_ETHERTYPE:
		return word_name(WORDS_ETHERTYPE, value);
	case POLICY_ARP_OPERATION:
		return word_name(WORDS_ARP, value);
	case POLICY_PROTOCOL:
		return word_name(WORDS_PROTOCOL, value);
	case POLICY_ICMP_TYPE:
		return word_name(ip6 ? WORDS_ICMP6 : WORDS_ICMP, value);
	case POLICY_DSCP:
		return word_name(WORDS_DSCP, value);
	default:
		return NULL;
	}
}

static bool is_address(enum policy_field field, bool *ip6)
{
	*ip6 = field == POLICY_SOURCE6 || field == POLICY_TARGET6;
	return *ip6 || field == POLICY_SOURCE4 || field == POLICY_TARGET4;
}

static void print_value(FILE *out, enum policy_field field, bool icmp6,
			struct policy_value value)
{
	const char *name;
	bool ip6;

	if (is_address(field, &ip6)) {
		print_address(out, ip6, value);
		return;
	}
	if (field == POLICY_SOURCE_MAC || field == POLICY_TARGET_MAC) {
		print_mac(out, value.lo);
		return;
	}
	name = name_of(field, icmp6, value.lo);
	if (name)
		fputs(name, out);
	else if (field == POLICY_ETHERTYPE)
		fprintf(out, "0x%04" PRIx64, value.lo);
	else
		fprintf(out, "%" PRIu64, value.lo);
}

/* The length of the prefix that a range is, or -1. */
static int prefix_length(const struct policy_range *range, bool ip6)
{
	int width = ip6 ? 128 : 32;
	struct policy_range prefix;

	for (int length = 0; length <= width; length++) {
		if (import_prefix_of(range->first, length, ip6, &prefix) &&
		    !import_compare(prefix.first, range->first) &&
		    !import_compare(prefix.last, range->last))
			return length;
	}
	return -1;
}

static void print_range(FILE *out, enum policy_field field, bool icmp6,
			const struct policy_range *range)
{
	bool is_one = !import_compare(range->first, range->last);
	bool ip6;
	int length;

	if (!is_one && is_address(field, &ip6)) {
		length = prefix_length(range, ip6);
		if (length >= 0) {
			print_address(out, ip6, range->first);
			fprintf(out, "/%d", length);
			return;
		}
	}
	/* names of words with dashes make no readable range */
	if (!is_one && import_bits(field) <= 16) {
		fprintf(out, "%" PRIu64 "-%" PRIu64, range->first.lo,
			range->last.lo);
		return;
	}
	print_value(out, field, icmp6, range->first);
	if (!is_one) {
		fputc('-', out);
		print_value(out, field, icmp6, range->last);
	}
}

void import_print_bits(FILE *out, uint32_t value, uint32_t mask)
{
	if (mask == UINT32_MAX)
		fprintf(out, "%" PRIu32, value);
	else
		fprintf(out, "0x%" PRIx32 "/0x%" PRIx32, value, mask);
}

void import_print_set(FILE *out, enum policy_field field, bool icmp6,
		      const struct import_set *set)
{
	if (set->count == 1) {
		print_range(out, field, icmp6, &set->ranges[0]);
		return;
	}
	fputs("{ ", out);
	for (size_t i = 0; i < set->count; i++) {
		if (i)
			fputs(i % LINE_ITEMS ? ", " : ",\n\t", out);
		print_range(out, field, icmp6, &set->ranges[i]);
	}
	fputs(" }", out);
}

/* On one line, and only what is text. */
void import_print_comment(FILE *out, const char *indent, const char *text)
{
	size_t left = strlen(text), length;

	fprintf(out, "%s# ", indent);
	for (size_t done = 0; left; done += length) {
		length = utf8_length(text, left);
		if (done > COMMENT_MAX) {
			fputs("...", out);
			break;
		}
		if (!length || (unsigned char)*text < ' ' || *text == 0x7f) {
			fputc(length ? ' ' : '?', out);
			length = 1;
		} else {
			fwrite(text, 1, length, out);
		}
		text += length;
		left -= length;
	}
	fputc('\n', out);
}
