// SPDX-License-Identifier: GPL-2.0-only
/*
 * explain_sets - the words about the sets of a rule that is stored with a
 * running policy: entries of a table that answer, and what would change.
 */
#include <stdlib.h>
#include <string.h>

#include "packet/describe.h"
#include "policy/explain/explain_changes.h"
#include "policy/explain/explain_sets.h"
#include "policy/explain/stored_rule.h"
#include "tap.h"

#define NOW 1000
#define SOON (NOW + 10)

static const char declarations[] = "set hosts { addresses timeout 1h }\n"
				   "set doors { ports }\n"
				   "set nics { macs }\n"
				   "set pairs { address-ports }\n";

/* In the table, the sets have other numbers than in the policy. */
static const unsigned int numbers[] = { 7, 0, 3, 1 };

static const struct {
	unsigned int number;
	enum tg_set_kind kind;
	const char *text;
} entries[] = {
	{ 7, TG_SET_ADDRESSES, "198.51.100.7" },
	{ 7, TG_SET_ADDRESSES, "198.51.100.0/24" },
	{ 7, TG_SET_ADDRESSES, "!198.51.100.9" },
	{ 7, TG_SET_ADDRESSES, "2001:db8::/32" },
	{ 0, TG_SET_PORTS, "23" },
	{ 3, TG_SET_MACS, "02:00:5e:00:53:01" },
	{ 1, TG_SET_ADDRESS_PORTS, "203.0.113.9 tcp 23" },
	{ 2, TG_SET_PORTS, "80" },
};

static const struct test {
	const char *name, *rule, *packet, *words;
} tests[] = {
	{ "the longest prefix answers", "drop from @hosts",
	  "tcp 198.51.100.7 > 203.0.113.9:25",
	  "; 198.51.100.7 is in @hosts: 198.51.100.7" },
	{ "a prefix of IPv6", "drop from @hosts",
	  "tcp [2001:db8::7]:1 > [2001:db8:1::9]:25",
	  "; 2001:db8::7 is in @hosts: 2001:db8::/32" },
	{ "an exception answers", "pass from !@hosts",
	  "tcp 198.51.100.9 > 203.0.113.9:25",
	  "; 198.51.100.9 is not in @hosts: !198.51.100.9" },
	{ "nothing answers", "pass to !@hosts",
	  "tcp 198.51.100.9 > 203.0.113.9:25",
	  "; 203.0.113.9 is not in @hosts" },
	{ "each kind of set, beside lists that are not known",
	  "drop tcp from office to @pairs port @doors to mac @nics",
	  "tcp 198.51.100.9 > 203.0.113.9:23 mac > 02:00:5e:00:53:01",
	  "; 02:00:5e:00:53:01 is in @nics: 02:00:5e:00:53:01; 203.0.113.9 tcp "
	  "23 "
	  "is in @pairs: 203.0.113.9 tcp 23; 23 is in @doors: 23" },
	{ "an entry that was deleted since", "drop tcp to port @doors",
	  "tcp 198.51.100.9 > 203.0.113.9:80",
	  "; 80 is not in @doors any more" },
	{ "an entry that was added since", "drop tcp to port !@doors",
	  "tcp 198.51.100.9 > 203.0.113.9:23", "; 23 is in @doors by now: 23" },
	{ "additions for the set's time, for a time and for good",
	  "pass add from to @hosts add to/16 to @hosts for 90s "
	  "add to to @doors",
	  "tcp 198.51.100.9 > 203.0.113.9:25",
	  "; would add 198.51.100.9 to @hosts for 1h; would add 203.0.0.0/16 "
	  "to @hosts for 90s; would add 25 to @doors" },
	{ "a deletion, and a value that the packet does not have",
	  "pass del to from @hosts add to to @doors",
	  "icmp 198.51.100.9 > 203.0.113.9",
	  "; would delete 203.0.113.9 from @hosts" },
	{ "a rule without sets", "pass tcp",
	  "tcp 198.51.100.9 > 203.0.113.9:25", "" },
	{ "nothing is said about a rule whose text was cut",
	  "drop from @hosts to { 198.51. ...",
	  "tcp 198.51.100.9 > 203.0.113.9:25", NULL },
};
#define TESTS (sizeof(tests) / sizeof(*tests))

static struct set_membership find(void *context, const struct policy_set *set,
				  const struct tg_set_key *key)
{
	return set_table_find(context, numbers[set->number], key, NOW);
}

static void fill(struct set_table *table)
{
	struct set_shape shape = { .buckets = 8, .arena = 64 };
	static const uint32_t secret[6] = { 1, 3, 5, 7, 9, 11 };

	table->memory.lines = set_shape_least(&shape);
	table->memory.start = calloc(table->memory.lines, TG_SET_LINE);
	if (!table->memory.start)
		abort();
	set_table_format(table, &shape, secret);
	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		struct set_entries read = { 0 };
		struct set_fault fault;

		if (!set_entry_read(entries[i].kind, entries[i].text,
				    strlen(entries[i].text), &read, &fault))
			abort();
		if (!set_line(&table->memory, entries[i].number)->is_used)
			set_define(table, entries[i].number, entries[i].text,
				   entries[i].kind, 10, 0, NOW);
		read.list->deadline =
			read.list->is_exception ? TG_SET_FOREVER : SOON;
		if (set_table_add(table, entries[i].number, read.list, NOW) !=
		    SET_ADDED)
			abort();
		free(read.list);
	}
}

/* The words, or NULL if the text is no rule. */
static char *words_of(const struct test *test, struct set_table *table)
{
	static struct described described;
	struct describe_error error;
	struct policy policy;
	struct policy_packet packet;
	struct asking_rule asking = { .packet = &packet,
				      .find = find,
				      .context = table };
	char text[1024], *words = NULL;
	size_t size;
	FILE *out;

	snprintf(text, sizeof(text), "%s%s\n", declarations, test->rule);
	asking.rule = stored_rule_read(&policy, text, strlen(text));
	if (describe(&described, test->packet, strlen(test->packet), &error)) {
		fprintf(stderr, "%s: %s\n", test->packet, error.message);
		abort();
	}
	policy_packet_read(&packet, described.frame, described.size,
			   &described.metadata);
	out = asking.rule ? open_memstream(&words, &size) : NULL;
	if (out) {
		rule_sets_print(out, &asking);
		set_changes_print(out, asking.rule, &packet);
		fclose(out);
	}
	policy_free(&policy);
	return words;
}

int main(void)
{
	struct tap tap = tap_plan(stdout, TESTS);
	struct set_table table = { 0 };

	fill(&table);
	for (size_t i = 0; i < TESTS; i++) {
		char *words = words_of(&tests[i], &table);
		bool same = !words || !tests[i].words
				    ? words == tests[i].words
				    : !strcmp(words, tests[i].words);

		if (!tap_ok(&tap, same, "%s", tests[i].name))
			tap_note(&tap, "%s", words ? words : "no rule");
		free(words);
	}
	set_table_close(&table);
	free(table.memory.start);
	return tap_end(&tap);
}
