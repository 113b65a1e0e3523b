// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_words - names of values: each can be parsed, none is ambiguous, and
 * they agree with the packet parser.
 */
#include <string.h>

#include "headers.h"
#include "policy/language/parse/parser.h"
#include "tap.h"

static const char *const tables[WORD_TABLES] = {
	[WORDS_ETHERTYPE] = "EtherTypes",
	[WORDS_ARP] = "ARP operations",
	[WORDS_PROTOCOL] = "protocols",
	[WORDS_SERVICE] = "services",
	[WORDS_ICMP] = "ICMP types",
	[WORDS_ICMP6] = "ICMPv6 types",
	[WORDS_ICMP_CODE] = "ICMP codes",
	[WORDS_ICMP6_CODE] = "ICMPv6 codes",
	[WORDS_TCP_FLAG] = "TCP flags",
	[WORDS_DSCP] = "DSCPs",
	[WORDS_EXTENSION] = "extension headers",
};

static bool are_found(enum word_table table)
{
	const char *name;
	uint32_t value, again;

	for (size_t i = 0; (name = word_at(table, i, &value)); i++) {
		if (!word_value(table, name, strlen(name), &again) ||
		    again != value || !word_name(table, value) ||
		    word_value(table, name, 0, &again))
			return false;
	}
	return !word_at(table, 100000, &value);
}

/* A printed name is parsed to the same value. */
static bool are_printed(enum word_table table)
{
	uint32_t again;

	for (uint32_t value = 0; value < 0x10000; value++) {
		const char *name = word_name(table, value);

		if (name && (!word_value(table, name, strlen(name), &again) ||
			     again != value))
			return false;
	}
	return true;
}

/* A keyword that starts a line would end a set whose '}' is missing. */
static bool start_no_line(enum word_table table)
{
	const char *name;
	uint32_t value;

	for (size_t i = 0; (name = word_at(table, i, &value)); i++) {
		struct token token = { .kind = TOKEN_WORD,
				       .text = name,
				       .length = strlen(name) };

		if (is_statement(&token) || *name < 'a' || *name > 'z' ||
		    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")])
			return false;
	}
	return true;
}

static bool extension_is(const char *name, uint32_t bit)
{
	uint32_t value;

	return word_value(WORDS_EXTENSION, name, strlen(name), &value) &&
	       value == bit;
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 3 * WORD_TABLES + 1);

	for (enum word_table i = 0; i < WORD_TABLES; i++) {
		tap_ok(&tap, are_found(i), "all %s are found by their names",
		       tables[i]);
		tap_ok(&tap, are_printed(i),
		       "the names of %s that are printed can be read",
		       tables[i]);
		tap_ok(&tap, start_no_line(i),
		       "no name of %s starts a line of a policy", tables[i]);
	}
	tap_ok(&tap,
	       extension_is("hop-by-hop", TG_EXT_HOPOPTS) &&
		       extension_is("routing", TG_EXT_ROUTING) &&
		       extension_is("destination", TG_EXT_DSTOPTS) &&
		       extension_is("fragment", TG_EXT_FRAGMENT) &&
		       extension_is("auth", TG_EXT_AUTH),
	       "extension headers have the bits that the parser of packets "
	       "gives them");
	return tap_end(&tap);
}
