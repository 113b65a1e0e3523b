// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the importers with arbitrary text: the result is an error, or a policy
 * that the parser accepts or finds too large. The first byte selects the
 * reader.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/import/core/import.h"
#include "policy/import/ipset/ipset.h"
#include "policy/language/parse/policy_parse.h"

#define POLICY_MAX (1 << 20) /* larger policies take too long */

/* Sets of ipset, and behind the first '*' rules about them. */
static int convert_sets(struct import *import, const char *text, size_t size,
			FILE *out)
{
	const char *rules = memchr(text, '*', size);
	size_t sets_size = rules ? (size_t)(rules - text) : size;
	struct ipset_file file = { .path = "fuzz" };
	const struct import_options options = { .ipset = &file };
	int err = import_ipset(import, text, sets_size, &file);

	if (!err && rules)
		err = import_iptables(import, rules, size - sets_size,
				      &options);
	if (!err && rules) {
		import_settle_losses(import);
		err = import_walk(import, out);
	}
	if (!err) {
		ipset_check(import, &file);
		ipset_print(import, &file, 0, import->errors);
	}
	ipset_free(&file);
	return err;
}

static int convert(struct import *import, char kind, const char *text,
		   size_t size, FILE *out)
{
	struct import_options options = { .ip6 = kind == '6' };
	int err;

	if (kind == 'c')
		return import_classbench(import, text, size, out);
	if (kind == 's')
		return convert_sets(import, text, size, out);
	if (kind == 'F')
		options.chain = "FORWARD";
	if (kind == 'd' || kind == 'm')
		options.device = "eth0";
	err = kind == 'n' || kind == 'm'
		      ? import_nft(import, text, size, &options)
		      : import_iptables(import, text, size, &options);
	if (err)
		return err;
	import_settle_losses(import);
	return import_walk(import, out);
}

/* Chains that call each other twice may exceed the limits. */
static bool is_limit(const char *errors)
{
	static const char *const limits[] = {
		"rules, counting the rules of sub-lists once per jump",
		"jumps are nested more than",
		"jumps from here are nested more than",
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		if (strstr(errors, limits[i]))
			return true;
	}
	return false;
}

static void check(const char *text, size_t size)
{
	struct policy policy;
	char *errors = NULL;
	size_t errors_size = 0;
	FILE *out = open_memstream(&errors, &errors_size);
	int err = policy_parse_text(&policy, "imported", text, size, out);

	fclose(out);
	if (err && !is_limit(errors)) {
		fputs(errors, stderr);
		fwrite(text, 1, size, stderr);
		abort();
	}
	if (!err)
		policy_free(&policy);
	free(errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct import import = { .path = "fuzz" };
	char *text, *policy = NULL;
	size_t policy_size = 0;
	FILE *out;
	int err;

	if (!size)
		return 0;
	text = malloc(size);
	memcpy(text, bytes + 1, size - 1);
	text[size - 1] = '\0';

	out = open_memstream(&policy, &policy_size);
	import.errors = fopen("/dev/null", "we");
	if (!out || !import.errors)
		abort();
	err = convert(&import, bytes[0], text, size - 1, out);
	fclose(out);
	fclose(import.errors);
	if (!err && policy_size <= POLICY_MAX)
		check(policy, policy_size);
	import_free(&import);
	free(policy);
	free(text);
	return 0;
}
