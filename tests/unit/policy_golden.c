// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_golden - compares the errors of the parser, the warnings of the
 * checker and the output of the formatter with golden files.
 *
 * A golden file has sections: a line "=== TITLE", a policy, a line "---", and
 * the expected output. policy_golden --write replaces the expected output by
 * the current one: review the difference before you commit it.
 */
#include <string.h>

#include "policy/language/check/check.h"
#include "policy/language/check/exposure.h"
#include "policy/language/check/flow_use.h"
#include "policy/language/print/format.h"
#include "policy/language/check/hook_limits.h"
#include "policy/language/check/limit_use.h"
#include "policy/language/check/set_use.h"
#include "policy/language/text/read.h"
#include "tap.h"

#define SECTION "=== "
#define ANSWER "---\n"

typedef void print_output(FILE *out, const char *text, size_t size);

static void print_errors(FILE *out, const char *text, size_t size)
{
	struct read_options options = { .no_include = true };
	struct diagnostics diagnostics = { 0 };
	struct policy policy;

	policy_read_text(&policy, "p", text, size, &options, &diagnostics);
	diagnostics_print(&diagnostics, policy.sources, out);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
}

/* The hooks of a first line such as "# hooks: xdp", as of --hook; or 0. */
static unsigned int named_hooks(const char *text)
{
	static const char mark[] = "# hooks: ";
	char word[32];

	if (strncmp(text, mark, strlen(mark)) ||
	    sscanf(text + strlen(mark), "%31s", word) != 1)
		return 0;
	return hooks_of(word);
}

static void print_exposure(FILE *out, const char *text, size_t size)
{
	struct read_options options = { .no_include = true };
	struct diagnostics diagnostics = { 0 };
	struct policy policy;

	if (!policy_read_text(&policy, "p", text, size, &options, &diagnostics))
		check_exposure(&policy, named_hooks(text), &diagnostics);
	diagnostics_print(&diagnostics, policy.sources, out);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
}

static void print_warnings(FILE *out, const char *text, size_t size)
{
	struct read_options options = { .no_include = true };
	struct diagnostics diagnostics = { 0 };
	unsigned int hooks = named_hooks(text);
	struct policy policy;

	if (!policy_read_text(&policy, "p", text, size, &options,
			      &diagnostics)) {
		check_order(&policy, &diagnostics);
		check_set_use(&policy, &diagnostics);
		check_flow_use(&policy, &diagnostics);
		check_limit_use(&policy, &diagnostics);
		check_hooks(&policy, hooks ? hooks : ALL_HOOKS, hooks,
			    &diagnostics);
	}
	diagnostics_print(&diagnostics, policy.sources, out);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
}

static void print_layout(FILE *out, const char *text, size_t size)
{
	struct read_options options = { .alone = true };
	struct diagnostics diagnostics = { 0 };
	struct policy policy;

	if (policy_read_text(&policy, "p", text, size, &options, &diagnostics))
		diagnostics_print(&diagnostics, policy.sources, out);
	else
		policy_format(out, &policy.sources->list[0]);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
}

static const struct golden {
	const char *path;
	print_output *print;
} goldens[] = {
	{ "tests/policy/reject.golden", print_errors },
	{ "tests/policy/warn.golden", print_warnings },
	{ "tests/policy/exposure.golden", print_exposure },
	{ "tests/policy/layout.golden", print_layout },
};

#define GOLDENS (sizeof(goldens) / sizeof(*goldens))

struct section {
	char *name, *text, *answer;
	struct section *next;
};

struct file {
	char *head, *content;
	struct section *sections;
	int count;
};

static void die(const char *path, const char *what)
{
	fprintf(stderr, "%s: %s\n", path, what);
	exit(EXIT_FAILURE);
}

static char *read_whole(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	ssize_t size;

	if (!file)
		die(path, "cannot be read");
	size = getdelim(&text, &room, 0, file);
	fclose(file);
	if (size <= 0)
		die(path, "is empty");
	return text;
}

/* Terminates text before the next section, which it returns, or NULL. */
static char *cut(char *text, const char *mark)
{
	char pattern[16];
	char *found;

	if (!strncmp(text, mark, strlen(mark))) {
		*text = 0;
		return text + strlen(mark);
	}
	snprintf(pattern, sizeof(pattern), "\n%s", mark);
	found = strstr(text, pattern);
	if (!found)
		return NULL;
	found[1] = 0;
	return found + strlen(pattern);
}

static void read_sections(struct file *file, const char *path)
{
	struct section **end = &file->sections;
	char *at;

	file->content = file->head = read_whole(path);
	at = cut(file->head, SECTION);
	while (at) {
		struct section *section = calloc(1, sizeof(*section));
		char *next = cut(at, SECTION);

		if (!section)
			die(path, "out of memory");
		section->name = strsep(&at, "\n");
		section->text = at ? at : "";
		section->answer = at ? cut(at, ANSWER) : NULL;
		if (!section->answer)
			section->answer = "";
		*end = section;
		end = &section->next;
		file->count++;
		at = next;
	}
}

static void free_sections(struct file *file)
{
	while (file->sections) {
		struct section *next = file->sections->next;

		free(file->sections);
		file->sections = next;
	}
	free(file->content);
}

static char *answer_of(const struct golden *golden, const char *text)
{
	char *answer;
	size_t size;
	FILE *out = open_memstream(&answer, &size);

	if (!out)
		die(golden->path, "out of memory");
	golden->print(out, text, strlen(text));
	fclose(out);
	return answer;
}

static void note_lines(struct tap *tap, char *text)
{
	for (char *line; (line = strsep(&text, "\n"));)
		tap_note(tap, "%s", line);
}

static void test_section(struct tap *tap, const struct golden *golden,
			 const struct section *section)
{
	char *answer = answer_of(golden, section->text);

	if (!tap_ok(tap, !strcmp(answer, section->answer), "%s: %s",
		    strrchr(golden->path, '/') + 1, section->name))
		note_lines(tap, answer);
	free(answer);
}

static void write_file(const struct golden *golden, const struct file *file)
{
	FILE *out = fopen(golden->path, "we");

	if (!out)
		die(golden->path, "cannot be written");
	fputs(file->head, out);
	for (const struct section *one = file->sections; one; one = one->next) {
		char *answer = answer_of(golden, one->text);

		fprintf(out, "=== %s\n%s---\n%s", one->name, one->text, answer);
		free(answer);
	}
	if (fclose(out) != 0)
		die(golden->path, "cannot be written");
}

int main(int argc, char **argv)
{
	bool writes = argc == 2 && !strcmp(argv[1], "--write");
	struct file files[GOLDENS] = { 0 };
	struct tap tap;
	int count = 0;

	for (size_t i = 0; i < GOLDENS; i++) {
		read_sections(&files[i], goldens[i].path);
		count += files[i].count;
	}
	if (!writes)
		tap = tap_plan(stdout, count);
	for (size_t i = 0; i < GOLDENS; i++) {
		const struct section *one = files[i].sections;

		if (writes)
			write_file(&goldens[i], &files[i]);
		for (; !writes && one; one = one->next)
			test_section(&tap, &goldens[i], one);
		free_sections(&files[i]);
	}
	return writes ? EXIT_SUCCESS : tap_end(&tap);
}
