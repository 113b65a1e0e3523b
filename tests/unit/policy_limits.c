// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_limits - extreme policies: large ones, broken ones, and files that
 * include each other. Each is parsed or rejected quickly.
 */
#include <dirent.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "policy/language/check/check.h"
#include "policy/language/check/hook_limits.h"
#include "policy/language/limits.h"
#include "policy/language/text/read.h"
#include "policy_same.h"
#include "tap.h"

/* Sanitizers make everything several times slower. */
#define SECONDS_MAX 20

struct text {
	char *bytes;
	size_t size;
	FILE *out;
};

static char directory[] = "/tmp/policy_limits.XXXXXX";

/* The stream keeps pointers to the struct, so it must not move. */
static void start(struct text *text)
{
	text->out = open_memstream(&text->bytes, &text->size);
	if (!text->out)
		abort();
}

static void put(struct text *text, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fputs(bytes, text->out);
}

struct outcome {
	struct policy policy;
	struct diagnostics diagnostics;
	int err;
	double seconds;
	const char *message; /* the first one, or "" */
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static struct outcome finish(struct outcome outcome, double began)
{
	if (!outcome.err) {
		outcome.err =
			check_order(&outcome.policy, &outcome.diagnostics);
		check_hooks(&outcome.policy, ALL_HOOKS, false,
			    &outcome.diagnostics);
	}
	outcome.seconds = now() - began;
	outcome.message = outcome.diagnostics.count
				  ? outcome.diagnostics.list[0].message
				  : "";
	return outcome;
}

static struct outcome read_text(struct text *text)
{
	struct read_options options = { .no_include = true };
	struct outcome outcome = { 0 };
	double began = now();

	fclose(text->out);
	outcome.err =
		policy_read_text(&outcome.policy, "text", text->bytes,
				 text->size, &options, &outcome.diagnostics);
	free(text->bytes);
	return finish(outcome, began);
}

static struct outcome read_file(const char *name)
{
	struct read_options options = { 0 };
	struct outcome outcome = { 0 };
	double began = now();
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	outcome.err = policy_read_file(&outcome.policy, path, &options,
				       &outcome.diagnostics);
	return finish(outcome, began);
}

static void write_bytes(const char *name, const char *bytes, size_t size)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "we");
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
		abort();
}

static void write_file(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

static void done(struct outcome *outcome)
{
	diagnostics_free(&outcome->diagnostics);
	policy_free(&outcome->policy);
}

static void expect_policy(struct tap *tap, struct outcome outcome, size_t rules,
			  const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < outcome.policy.block_count; i++)
		count += outcome.policy.blocks[i].count;
	if (!tap_ok(tap,
		    !outcome.err && count == rules &&
			    policy_is_normal(&outcome.policy) &&
			    outcome.seconds < SECONDS_MAX,
		    "%s: a policy", name))
		tap_note(tap, "%zu rules, %g s: %s", count, outcome.seconds,
			 outcome.message);
	done(&outcome);
}

static void expect_error(struct tap *tap, struct outcome outcome,
			 const char *message, const char *name)
{
	if (!tap_ok(tap,
		    outcome.err && strstr(outcome.message, message) &&
			    outcome.seconds < SECONDS_MAX,
		    "%s: an error", name))
		tap_note(tap, "%g s: %s", outcome.seconds, outcome.message);
	done(&outcome);
}

#define LARGE_TESTS 16

static void test_large(struct tap *tap)
{
	struct text text;

	start(&text);
	fputs("list a = {\n", text.out);
	for (unsigned int i = 0; i < 1000000; i++)
		fprintf(text.out, "%u.%u.%u.%u,\n", i * 37 % 223 + 1,
			i >> 16 & 255, i >> 8 & 255, i & 255);
	fputs("}\n", text.out);
	put(&text, "pass tcp from a to !a\n", 1000);
	expect_policy(tap, read_text(&text), 1000,
		      "a list with a million addresses in 1,000 rules");

	start(&text);
	fputs("list a = { 1", text.out);
	put(&text, ", 1", POLICY_ITEMS_MAX);
	fputs(" }", text.out);
	expect_error(tap, read_text(&text), "the line has more than",
		     "two million numbers in one line");

	start(&text);
	fputs("list a = {", text.out);
	put(&text, "1,\n", POLICY_ITEMS_MAX + 1);
	fputs(" 1 }", text.out);
	expect_error(tap, read_text(&text), "items in the lists",
		     "more numbers than a list may have");

	start(&text);
	fputs("list a = {", text.out);
	for (int i = 0; i < 10000; i++)
		fprintf(text.out, "%d,\n", i * 2);
	fputs("}\n", text.out);
	for (int i = 0; i < 1000; i++)
		fprintf(text.out, "pass to port { a, %d }\n", i * 2 + 1);
	expect_error(tap, read_text(&text), "values in the rules",
		     "a thousand copies of a long list");

	start(&text);
	put(&text, "pass\n", POLICY_RULES_MAX + 1);
	expect_error(tap, read_text(&text), "rules in a policy",
		     "more rules than a policy may have");

	start(&text);
	for (int i = 0; i <= POLICY_LISTS_MAX; i++)
		fprintf(text.out, "list a%d = 1\n", i);
	expect_error(tap, read_text(&text), "lists",
		     "more lists than a policy may have");

	start(&text);
	for (int i = 0; i < POLICY_BLOCKS_MAX; i++)
		fprintf(text.out, "jump a%d\n", i);
	expect_error(tap, read_text(&text), "sub-lists",
		     "more sub-lists than a policy may have");

	start(&text);
	for (int i = 0; i < 40000; i++)
		fprintf(text.out, "jump a%d\n", i);
	expect_error(tap, read_text(&text), "there is no sub-list",
		     "forty thousand jumps to nowhere");

	start(&text);
	put(&text, "pass x\n", 100000);
	expect_error(tap, read_text(&text), "unknown condition or change",
		     "a hundred thousand errors");

	start(&text);
	fputs("pass", text.out);
	put(&text, " tcp", 200000);
	expect_error(tap, read_text(&text), "at most 64 conditions",
		     "a rule with a hundred thousand conditions");

	start(&text);
	fputs("pass", text.out);
	put(&text, " mirror to eth0", 60000);
	expect_error(tap, read_text(&text), "already has such a change",
		     "a rule with ten thousand changes");

	start(&text);
	put(&text, "a", 1 << 20);
	expect_error(tap, read_text(&text), "unknown statement 'aaaa",
		     "a word of one megabyte");

	start(&text);
	put(&text, "a", (1 << 20) + 1);
	expect_error(tap, read_text(&text), "the line has more than",
		     "a line of more than one megabyte");

	start(&text);
	put(&text, "{", 1 << 19);
	expect_error(tap, read_text(&text),
		     "expected a rule or another statement, not '{'",
		     "half a million braces");

	start(&text);
	put(&text, "#aaaaaaaaaaaaaa\n", POLICY_SIZE_MAX / 16);
	expect_policy(tap, read_text(&text), 0, "64 MiB of comments");

	start(&text);
	put(&text, "#aaaaaaaaaaaaaa\n", POLICY_SIZE_MAX / 16 + 1);
	expect_error(tap, read_text(&text), "64 MiB", "more than 64 MiB");
}

#define BYTES_TESTS 10

static void test_bytes(struct tap *tap)
{
	static const char zero[] = "pass\n\0pass\n";
	static const char bytes[] = "pass \x01\npass \x80\npass\x7f\n\xff\xfe";
	static char noise[1 << 20];
	unsigned int state = 1;
	struct text text;

	write_file("crlf", "pass tcp\r\nlist a = {\r\n80,\r\n81\r\n}\r\n"
			   "pass to port a\r\n");
	expect_policy(tap, read_file("crlf"), 2, "lines that end in CR LF");

	write_file("cr", "pass tcp\rpass udp\r");
	expect_error(tap, read_file("cr"), "unexpected byte 0x0d",
		     "lines that end in CR");

	write_file("bom", "\xef\xbb\xbfpass tcp\n");
	expect_policy(tap, read_file("bom"), 1, "a byte order mark");

	write_file("utf8",
		   "# \xc3\xb6 \xe2\x82\xac\npass # \xf0\x9f\x90\x9f\n");
	expect_policy(tap, read_file("utf8"), 1, "comments in UTF-8");

	write_file("latin1", "pass # \xf6\n");
	expect_policy(tap, read_file("latin1"), 1, "comments in Latin 1");

	write_bytes("zero", zero, sizeof(zero) - 1);
	expect_error(tap, read_file("zero"), "contains NUL bytes",
		     "a NUL byte");

	start(&text);
	put(&text, "pass\n", 2000);
	fwrite(zero, 1, sizeof(zero) - 1, text.out);
	expect_error(tap, read_text(&text), "unexpected byte 0x00",
		     "a NUL byte after the first 8 KiB");

	write_file("bytes", bytes);
	expect_error(tap, read_file("bytes"), "unexpected byte 0x01",
		     "control characters");

	for (size_t i = 0; i < sizeof(noise); i++) {
		state = state * 1103515245 + 12345;
		noise[i] = state >> 16;
	}
	write_bytes("noise", noise, sizeof(noise));
	expect_error(tap, read_file("noise"), "not a text file", "noise");

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = noise[i] ? noise[i] : 1;
	write_bytes("noise", noise, sizeof(noise));
	expect_error(tap, read_file("noise"), "", "noise without NUL bytes");
}

#define INCLUDE_TESTS 12

static void test_includes(struct tap *tap)
{
	char text[64], name[16];

	write_file("lists", "list web = { 80 }\n");
	write_file("main", "include \"lists\"\npass to port web\n");
	expect_policy(tap, read_file("main"), 1, "an include");

	write_file("rules", "pass udp\n}\n");
	write_file("main", "jump a\nsublist a {\ninclude \"rules\"\n}\n");
	expect_error(tap, read_file("main"), "closes no sub-list",
		     "an include that closes a sub-list of another file");

	write_file("rules", "pass udp\n");
	write_file("main", "jump a\nsublist a {\ninclude \"rules\"\n}\n");
	expect_policy(tap, read_file("main"), 2, "an include in a sub-list");

	write_file("rules", "jump a\nsublist a {\n");
	write_file("main", "include \"rules\"\n}\n");
	expect_error(tap, read_file("main"), "no closing '}'",
		     "an include that leaves a sub-list open");

	write_file("self", "pass\ninclude \"self\"\n");
	expect_error(tap, read_file("self"), "includes itself",
		     "a file that includes itself");

	write_file("a", "include \"b\"\n");
	write_file("b", "include \"./a\"\n");
	expect_error(tap, read_file("a"), "includes itself",
		     "two files that include each other");

	for (int i = 0; i <= POLICY_INCLUDES_MAX + 1; i++) {
		snprintf(name, sizeof(name), "deep%d", i);
		snprintf(text, sizeof(text), "include \"deep%d\"\n", i + 1);
		write_file(name, text);
	}
	expect_error(tap, read_file("deep0"),
		     "includes are nested more than 16 deep",
		     "includes nested too deep");

	for (int i = 0; i < POLICY_INCLUDES_MAX; i++) {
		snprintf(name, sizeof(name), "twice%d", i);
		snprintf(text, sizeof(text),
			 "include \"twice%d\"\ninclude \"twice%d\"\n", i + 1,
			 i + 1);
		write_file(name, text);
	}
	snprintf(name, sizeof(name), "twice%d", POLICY_INCLUDES_MAX);
	write_file(name, "pass\n");
	expect_error(tap, read_file("twice0"), "1024 files",
		     "files that include another twice");

	write_file("main", "include \"missing\"\n");
	expect_error(tap, read_file("main"), "No such file",
		     "a file that is not there");
	write_file("main", "include \"/dev/zero\"\n");
	expect_error(tap, read_file("main"), "not a regular file",
		     "a device without an end");
	write_file("main", "include \".\"\n");
	expect_error(tap, read_file("main"), "Is a directory", "a directory");
	expect_error(tap, read_file("nowhere"), "No such file",
		     "a policy that is not there");
}

static void clean_up(void)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	char path[4096];

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		unlink(path);
	}
	if (dir)
		closedir(dir);
	rmdir(directory);
}

int main(void)
{
	struct tap tap =
		tap_plan(stdout, LARGE_TESTS + BYTES_TESTS + INCLUDE_TESTS);

	if (!mkdtemp(directory))
		return EXIT_FAILURE;
	test_large(&tap);
	test_bytes(&tap);
	test_includes(&tap);
	clean_up();
	return tap_end(&tap);
}
