// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_accept - each policy of accept.table is parsed to what its canonical
 * form says, which in turn is parsed to the same policy and printed as the same
 * text.
 *
 * policy_accept --seeds DIRECTORY TABLE writes the policies as seeds for a
 * fuzzer.
 */
#include <string.h>

#include "policy/language/parse/policy_parse.h"
#include "policy/language/print/print.h"
#include "policy_same.h"
#include "table.h"
#include "tap.h"

#define TABLE "tests/policy/accept.table"

static char *unescape(const char *text)
{
	char *plain = strdup(text), *to = plain;

	for (const char *from = plain; from && *from; from++) {
		if (*from == '\\' && (from[1] == 'n' || from[1] == 't')) {
			from++;
			*to++ = *from == 'n' ? '\n' : '\t';
		} else {
			*to++ = *from;
		}
	}
	if (!plain)
		abort();
	*to = 0;
	return plain;
}

static char *print(const struct policy *policy)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	policy_print(out, policy);
	fclose(out);
	if (size && text[size - 1] == '\n')
		text[size - 1] = 0;
	return text;
}

static int parse(struct policy *policy, const char *text)
{
	return policy_parse_text(policy, "text", text, strlen(text), stdout);
}

/* The canonical form has no lists. */
static int parse_expanded(struct policy *policy, const char *text)
{
	int err = parse(policy, text);

	if (!err)
		policy_expand_lists(policy);
	return err;
}

static void test_again(struct tap *tap, const struct table_row *row,
		       const struct policy *policy, const char *printed)
{
	struct policy again;
	char *second;

	if (parse(&again, printed) < 0) {
		tap_ok(tap, false, "line %d: is read again", row->line);
		return;
	}
	second = print(&again);
	tap_ok(tap, policies_same(policy, &again) && !strcmp(printed, second),
	       "line %d: is the same when it is read again", row->line);
	free(second);
	policy_free(&again);
}

static void test_row(struct tap *tap, const struct table_row *row)
{
	char *text = unescape(row->columns[0]);
	char *expected = unescape(row->columns[1]);
	struct policy policy;
	char *printed;

	if (parse_expanded(&policy, text) < 0) {
		tap_ok(tap, false, "line %d: %s", row->line, row->columns[0]);
		tap_ok(tap, false, "line %d: is read", row->line);
	} else {
		printed = print(&policy);
		if (!tap_ok(tap,
			    !strcmp(printed, expected) &&
				    policy_is_normal(&policy),
			    "line %d: %s", row->line, row->columns[0]))
			tap_note(tap, "printed: %s", printed);
		test_again(tap, row, &policy, printed);
		free(printed);
		policy_free(&policy);
	}
	free(text);
	free(expected);
}

static int write_seed(const char *directory, const struct table_row *row)
{
	char *text = unescape(row->columns[0]);
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/accept-%d", directory, row->line);
	file = fopen(path, "we");
	if (file)
		fputs(text, file);
	free(text);
	return file ? fclose(file) : -1;
}

int main(int argc, char **argv)
{
	struct table table;
	struct tap tap;
	int err = 0;
	bool writes_seeds = argc == 4 && !strcmp(argv[1], "--seeds");

	if (table_read(&table, writes_seeds ? argv[3] : TABLE, 2) < 0)
		return EXIT_FAILURE;
	if (writes_seeds) {
		for (size_t i = 0; !err && i < table.count; i++)
			err = write_seed(argv[2], &table.rows[i]);
		table_free(&table);
		return err ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	tap = tap_plan(stdout, table.count * 2);
	for (size_t i = 0; i < table.count; i++)
		test_row(&tap, &table.rows[i]);
	table_free(&table);
	return tap_end(&tap);
}
