// SPDX-License-Identifier: GPL-2.0-only
/*
 * rule_lines - the rules' text of an object is read back: with lists by name
 * and by value, and matched to the same counts however values are written.
 */
#include <string.h>

#include "live/rule_lines.h"
#include "policy/compile/emit/rule_text.h"
#include "policy/language/parse/policy_parse.h"
#include "tap.h"

static void read_policy(struct rule_lines *rules, const char *text, bool expand)
{
	struct policy policy;
	char *section;
	size_t size;
	FILE *out = open_memstream(&section, &size);

	if (!out ||
	    policy_parse_text(&policy, "p", text, strlen(text), stderr) ||
	    rule_text_write(out, &policy) || fclose(out) ||
	    rule_lines_parse(rules, section, expand))
		abort();
	policy_free(&policy);
}

static const struct test {
	const char *name, *text, *named, *expanded;
} tests[] = {
	{ "a list of addresses",
	  "list a = { 198.51.100.7, 2001:db8::/64 }\ndrop from a",
	  "drop from a", "drop from { 198.51.100.7, 2001:db8::/64 }" },
	{ "a negated list, and behind it one of another kind",
	  "list a = 198.51.100.7\nlist b = { 80, 22 }\n"
	  "drop tcp from !a to port b ttl 1",
	  "drop tcp from !a to port b ttl 1",
	  "drop tcp from !198.51.100.7 to port { 22, 80 } ttl 1" },
	{ "one list on both sides",
	  "list a = { 198.51.100.7 }\npass from a to a", "pass from a to a",
	  "pass from 198.51.100.7 to 198.51.100.7" },
	{ "one list twice on a side, negated and not",
	  "list a = { }\npass from a from !a", "pass from a from !a",
	  "pass from { } from !{ }" },
	{ "one list in fields of two kinds",
	  "list a = { 17, 6 }\npass proto a to port a",
	  "pass proto a to port a",
	  "pass proto { tcp, udp } to port { 6, 17 }" },
	{ "a list of types of ICMP",
	  "list a = { 8, 0 }\npass icmp type a code a",
	  "pass icmp type a code a",
	  "pass icmp type { echo-reply, echo-request } code { 0, 8 }" },
	{ "a list of codes that have names",
	  "list a = { 3, 1 }\npass icmp type unreachable code a",
	  "pass icmp type unreachable code a",
	  "pass icmp type unreachable code { host, port }" },
	{ "a list of EtherTypes", "list a = { 0x88cc, 0x1234 }\npass ether !a",
	  "pass ether !a", "pass ether !{ 0x1234, lldp }" },
	{ "an empty list", "list a = { }\ndrop from mac a", "drop from mac a",
	  "drop from mac { }" },
	{ "a list that is one protocol", "list a = { 6 }\npass proto a",
	  "pass tcp", "pass tcp" },
	{ "a list in a list has the name of the outer one",
	  "list a = { 80 }\nlist b = { a }\npass to port b", "pass to port b",
	  "pass to port 80" },
	{ "a list beside a value is written out",
	  "list a = { 80 }\npass to port { a, 22 }", "pass to port { 22, 80 }",
	  "pass to port { 22, 80 }" },
};

static void test_one(struct tap *tap, const struct test *test)
{
	struct rule_lines named, expanded, written_out;

	read_policy(&named, test->text, false);
	read_policy(&expanded, test->text, true);
	read_policy(&written_out, test->expanded, false);
	tap_ok(tap, !strcmp(named.lines[1].rule, test->named), "%s: by name",
	       test->name);
	tap_ok(tap, !strcmp(expanded.lines[1].rule, test->expanded),
	       "%s: written out", test->name);
	tap_ok(tap,
	       named.lines[1].hash == written_out.lines[1].hash &&
		       expanded.lines[1].hash == written_out.lines[1].hash,
	       "%s: is the rule with its values", test->name);
	rule_lines_free(&named);
	rule_lines_free(&expanded);
	rule_lines_free(&written_out);
}

/* Ports below end, none adjacent to another, between the two texts. */
static char *many_ports(const char *before, int end, const char *after)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	fprintf(out, "%s{ ", before);
	for (int i = 1; i < end; i += 2)
		fprintf(out, "%d, ", i);
	fprintf(out, "%s", after);
	if (fclose(out))
		abort();
	return text;
}

/* The difference is beyond the limit of the stored text. */
static const struct long_test {
	const char *name, *before,
		*after; /* the port between is last in the set */
	int end;
	size_t limit;
} long_tests[] = {
	{ "a long rule", "pass to port ", " }", 1000, RULE_TEXT_MAX },
	{ "a long list", "list a = ", " }\npass to port a", 30000,
	  LIST_TEXT_MAX },
};

static char *long_text(const struct long_test *test, const char *port)
{
	char *text, *after;

	if (asprintf(&after, "%s%s", port, test->after) < 0)
		abort();
	text = many_ports(test->before, test->end, after);
	free(after);
	return text;
}

static void test_long(struct tap *tap, const struct long_test *test)
{
	char *texts[] = { long_text(test, "40000"), long_text(test, "50000"),
			  many_ports("pass to port ", test->end, "40000 }") };
	struct rule_lines rules[3];
	size_t shown;

	for (int i = 0; i < 3; i++) {
		read_policy(&rules[i], texts[i], true);
		free(texts[i]);
	}
	tap_ok(tap, !strcmp(rules[0].lines[1].rule, rules[1].lines[1].rule),
	       "%s: the same is shown", test->name);
	shown = strlen(rules[0].lines[1].rule);
	tap_ok(tap, shown >= test->limit && shown < test->limit + 30,
	       "%s: as much is shown as fits", test->name);
	tap_ok(tap, rules[0].lines[1].hash != rules[1].lines[1].hash,
	       "%s: another value makes another rule", test->name);
	tap_ok(tap, rules[0].lines[1].hash == rules[2].lines[1].hash,
	       "%s: it is the rule with its values", test->name);
	for (int i = 0; i < 3; i++)
		rule_lines_free(&rules[i]);
}

/* A long list, and more rules that name it than there is room for. */
static void test_bound(struct tap *tap)
{
	char *ports = many_ports("list a = ", 16000, "40000 }\n"), *text;
	size_t size, count = RULE_LINES_EXPANDED_MAX / 40000, full = 0;
	FILE *out = open_memstream(&text, &size);
	struct rule_lines rules;

	if (!out)
		abort();
	fputs(ports, out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "pass to port a ttl %zu\n", i % 255);
	if (fclose(out))
		abort();
	read_policy(&rules, text, true);
	while (full < count && strlen(rules.lines[full + 1].rule) > 1000)
		full++;
	tap_ok(tap,
	       rules.expanded <= RULE_LINES_EXPANDED_MAX &&
		       rules.expanded > RULE_LINES_EXPANDED_MAX / 10 * 9,
	       "values are written out until they are 64 MiB");
	tap_ok(tap,
	       full > 0 && full < count &&
		       !strncmp(rules.lines[count].rule, "pass to port a ttl",
				strlen("pass to port a ttl")),
	       "the rules after that have names");
	rule_lines_free(&rules);
	free(text);
	free(ports);
}

static void test_sets(struct tap *tap, const char *rules, uint32_t lists)
{
	static const char declarations[] =
		"set a { addresses size 5 timeout 1h }\nset b { ports }\n";
	struct rule_lines lines;
	char *text;
	bool good;

	if (asprintf(&text, "%s%s", declarations, rules) < 0)
		abort();
	read_policy(&lines, text, false);
	good = lines.set_count == 2 && lines.list_count == lists &&
	       lines.count == 2 &&
	       !strcmp(lines.sets[0],
		       "set a { addresses size 5 timeout 1h }") &&
	       !strcmp(lines.sets[1], "set b { ports }") &&
	       !strcmp(lines.lines[1].rule, strstr(rules, "drop"));
	tap_ok(tap, good, "declarations of sets, beside %u lists", lists);
	rule_lines_free(&lines);
	free(text);
}

static void test_flows(struct tap *tap, const char *sets, uint32_t set_count)
{
	struct rule_lines lines;
	char *text;
	bool good;

	if (asprintf(&text,
		     "%sflows { established 2h vlans apart }\n"
		     "default pass keep\npass new keep else drop",
		     sets) < 0)
		abort();
	read_policy(&lines, text, false);
	good = lines.set_count == set_count && lines.count == 2 &&
	       lines.flows &&
	       !strcmp(lines.flows, "flows { established 2h vlans apart }") &&
	       !strcmp(lines.lines[0].rule, "default pass keep") &&
	       !strcmp(lines.lines[1].rule, "pass new keep else drop");
	tap_ok(tap, good, "the block of flows, beside %u sets", set_count);
	rule_lines_free(&lines);
	free(text);
}

/* What is over a limit has a line of its own, after all rules. */
static void test_overs(struct tap *tap)
{
	struct rule_lines lines, others;
	bool good;

	read_policy(&lines,
		    "list a = { 80, 443 }\nreplies 5/s\n"
		    "flows { established 2h }\n"
		    "pass tcp to port a limit 5/s\npass new udp keep\n"
		    "pass icmp limit 5/s else reject with admin",
		    false);
	good = lines.count == 6 && lines.list_count == 1 && lines.flows &&
	       lines.replies && !strcmp(lines.replies, "replies 5/s") &&
	       !strcmp(lines.flows, "flows { established 2h }") &&
	       !strcmp(lines.lines[1].rule, "pass tcp to port a limit 5/s") &&
	       !lines.lines[3].over_of && lines.lines[4].over_of == 1 &&
	       lines.lines[5].over_of == 3 &&
	       !strcmp(lines.lines[4].rule, "else drop") &&
	       !strcmp(lines.lines[5].rule, "else reject with admin");
	tap_ok(tap, good, "a line for what is over each limit");
	read_policy(&others,
		    "drop arp\npass icmp limit 6/s\n"
		    "pass tcp to port { 443, 80 } limit 5/s",
		    false);
	good = others.count == 6 &&
	       lines.lines[4].hash == others.lines[5].hash &&
	       lines.lines[5].hash != others.lines[4].hash &&
	       others.lines[4].hash != others.lines[5].hash;
	tap_ok(tap, good, "such a line is that of the same rule elsewhere");
	rule_lines_free(&lines);
	rule_lines_free(&others);
}

/* Their texts are there where the rule is cut off, and are not part of it. */
static void test_logs(struct tap *tap)
{
	char *text = many_ports("logs 5/s\npass to port ", 1000,
				"1 } log \"web\" limit 5/s else drop log "
				"\"over\"\ndrop log\ndrop log \"a\"");
	struct rule_lines lines, others;

	read_policy(&lines, text, false);
	tap_ok(tap,
	       lines.count == 5 && lines.logs &&
		       !strcmp(lines.logs, "logs 5/s") && !lines.replies &&
		       !lines.lines[0].log &&
		       !strcmp(lines.lines[1].log, "web") &&
		       !lines.lines[2].log && !strcmp(lines.lines[3].log, "a"),
	       "the text of each log");
	tap_ok(tap,
	       lines.lines[4].over_of == 1 &&
		       !strcmp(lines.lines[4].log, "over") &&
		       !strcmp(lines.lines[4].rule, "else drop log \"over\""),
	       "that of what is over a limit");
	read_policy(&others, "drop log \"a\"\ndrop log \"b\"", false);
	tap_ok(tap,
	       !strcmp(lines.lines[3].rule, "drop log \"a\"") &&
		       lines.lines[3].hash == others.lines[1].hash &&
		       lines.lines[3].hash != others.lines[2].hash,
	       "another text makes another rule");
	rule_lines_free(&lines);
	rule_lines_free(&others);
	free(text);
}

int main(void)
{
	size_t count = sizeof(tests) / sizeof(*tests);
	struct tap tap = tap_plan(stdout, count * 3 + 19);

	for (size_t i = 0; i < count; i++)
		test_one(&tap, &tests[i]);
	test_long(&tap, &long_tests[0]);
	test_long(&tap, &long_tests[1]);
	test_bound(&tap);
	test_sets(&tap, "drop from @a add to to @b for 5m", 0);
	test_sets(&tap, "list c = { 1, 2 }\ndrop from @a to port c", 1);
	test_flows(&tap, "", 0);
	test_flows(&tap, "set a { ports }\nset b { macs }\n", 2);
	test_overs(&tap);
	test_logs(&tap);
	return tap_end(&tap);
}
