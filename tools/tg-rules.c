// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-rules - prints the rules of a policy and their counters, and carries the
 * counters over to the next policy. It loads and attaches nothing.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "lib/elf_object.h"
#include "live/grace.h"
#include "live/kept_counts.h"
#include "live/rule_lists.h"
#include "live/rule_print.h"
#include "rule_marks.h"

#define EXIT_USAGE 2

static const char help[] =
	"Usage: tg-rules show FOLDER BASE ARRAY SLOT [--json] [--expand]\n"
	"                     the rules in force and their counters\n"
	"       tg-rules keep FOLDER BASE ARRAY SLOT [--after-grace]\n"
	"                     after a policy was replaced: add the counts of "
	"the\n"
	"                     old one to BASE, and pin the maps of the new "
	"one in\n"
	"                     FOLDER, in a bpffs; with --after-grace, wait for "
	"an\n"
	"                     RCU grace period first\n"
	"       tg-rules text ARRAY SLOT [--expand]\n"
	"                     a line for each rule, the default last\n"
	"       tg-rules text OBJECT [ARRAY SLOT] [--expand]\n"
	"                     the same for an object; rules that are also in\n"
	"                     force in the slot are printed as there\n"
	"       tg-rules source OBJECT\n"
	"                     the text that was compiled, with its include "
	"files\n"
	"       tg-rules lists OBJECT ARRAY SLOT [--json]\n"
	"                     how an object would change the values of lists\n"
	"       tg-rules changes [--json]\n"
	"                     print removed and added rules, read from "
	"standard\n"
	"                     input as lines -NUMBER RULE and +NUMBER RULE\n"
	"\n"
	"ARRAY is the path of a chain's pinned array, OBJECT a compiled "
	"policy.\n"
	"Lists are printed by name; with --expand, by value.\n";

struct options {
	int words; /* before the options */
	bool json, expand;
};

static int rules_fail(const char *what, int err)
{
	if (err == -EPROTO)
		fprintf(stderr, "tg-rules: %s: a policy of another version\n",
			what);
	else if (err == -EBADMSG)
		fprintf(stderr,
			"tg-rules: %s: not a file of counts: remove it\n",
			what);
	else
		fprintf(stderr, "tg-rules: %s: %s\n", what, strerror(-err));
	return err;
}

static uint32_t slot_number(const char *text)
{
	return strtoul(text, NULL, 10);
}

/* --- rules in force, with their total counts */

static int read_totals(const struct kept_counts *kept, uint32_t program,
		       struct rule_lines *rules, bool expand)
{
	struct loaded_rules loaded;
	int err = loaded_rules_open(&loaded, program);

	*rules = (struct rule_lines){ 0 };
	if (err)
		return err;
	err = loaded_rules_read(&loaded, rules, expand);
	if (!err)
		err = kept_inherit(kept, program, rules);
	if (!err)
		err = loaded_rules_count(&loaded, rules);
	loaded_rules_close(&loaded);
	return err;
}

/*
 * Reads again if another command has changed the policy or the kept counts
 * during the read.
 */
static int read_settled(char **words, uint32_t *program,
			struct rule_lines *rules, bool expand)
{
	const struct kept_counts kept = { words[0], words[1] };
	int err = -EAGAIN;

	for (int tries = 0; err == -EAGAIN && tries < 10; tries++) {
		uint32_t before = kept_for(&kept), after = 0;

		err = slot_program(words[2], slot_number(words[3]), program);
		if (!err)
			err = read_totals(&kept, *program, rules, expand);
		if (err && err != -ENOENT)
			break;
		if (slot_program(words[2], slot_number(words[3]), &after) < 0)
			break;
		if (after != *program || kept_for(&kept) != before) {
			rule_lines_free(rules);
			err = -EAGAIN;
		}
	}
	return err;
}

static int do_show(char **words, const struct options *options)
{
	struct rule_lines rules = { 0 };
	uint32_t program = 0;
	int err = read_settled(words, &program, &rules, options->expand);

	if (!err)
		rules_print(&rules, program, options->json);
	rule_lines_free(&rules);
	return err ? rules_fail(words[2], err) : 0;
}

static int do_keep(char **words, const struct options *options)
{
	const struct kept_counts kept = { words[0], words[1] };
	uint32_t program;
	int err = slot_program(words[2], slot_number(words[3]), &program);

	(void)options;
	if (!err)
		err = kept_rebase(&kept, program);
	return err ? rules_fail(err == -EBADMSG ? words[1] : words[2], err) : 0;
}

static int do_keep_after_grace(char **words, const struct options *options)
{
	int err = strcmp(words[4], "--after-grace") ? -EINVAL : grace_wait();

	return err ? rules_fail(words[4], err) : do_keep(words, options);
}

/* --- rules without counts */

static int read_running(char **words, struct rule_lines *rules,
			uint32_t *program, bool expand)
{
	struct loaded_rules loaded;
	int err = slot_program(words[0], slot_number(words[1]), program);

	*rules = (struct rule_lines){ 0 };
	if (!err)
		err = loaded_rules_open(&loaded, *program);
	if (err)
		return err;
	err = loaded_rules_read(&loaded, rules, expand);
	loaded_rules_close(&loaded);
	return err;
}

static int read_object(const char *path, struct rule_lines *rules, bool expand)
{
	struct elf_object object;
	size_t size;
	char *section, *text;
	int err = elf_object_read(&object, path);

	*rules = (struct rule_lines){ 0 };
	if (err)
		return err;
	section = elf_object_section(&object, ".rodata.rules", &size);
	text = section ? rule_text_copy(section, size) : NULL;
	if (text)
		err = rule_lines_parse(rules, text, expand);
	else
		err = section ? -ENOMEM : -EPROTO;
	elf_object_free(&object);
	return err;
}

/* The rules in force, those of an object, or both compared. */
static int do_text(char **words, const struct options *options)
{
	bool is_object = options->words != 2, is_running = options->words != 1;
	struct rule_lines rules = { 0 }, running = { 0 };
	uint32_t program;
	int err = 0;

	if (is_object)
		err = read_object(words[0], &rules, options->expand);
	if (!err && is_running)
		err = read_running(words + is_object, &running, &program,
				   options->expand);
	if (!err && is_object && is_running)
		rule_lines_use_texts(&rules, &running);
	if (!err)
		rules_print_text(is_object ? &rules : &running);
	rule_lines_free(&rules);
	rule_lines_free(&running);
	return err ? rules_fail(words[0], err) : 0;
}

static int do_source(char **words, const struct options *options)
{
	struct elf_object object;
	size_t size;
	const void *text;
	int err = elf_object_read(&object, words[0]);

	(void)options;
	if (err)
		return err;
	text = elf_object_section(&object, RULE_SOURCE_SECTION, &size);
	if (text)
		fwrite(text, 1, size, stdout);
	else
		fprintf(stderr, "tg-rules: %s: it does not have its source\n",
			words[0]);
	elf_object_free(&object);
	return text ? 0 : -EPROTO;
}

/* --- comparing an object with the rules in force */

static int do_lists(char **words, const struct options *options)
{
	struct rule_lines rules, running = { 0 };
	uint32_t program;
	int err = read_object(words[0], &rules, false);

	if (!err)
		err = read_running(words + 1, &running, &program, false);
	if (!err)
		err = rule_lists_print_changes(&running, &rules, options->json);
	rule_lines_free(&rules);
	rule_lines_free(&running);
	return err ? rules_fail(words[0], err) : 0;
}

static int do_changes(char **words, const struct options *options)
{
	int err = rule_changes_print(stdin, options->json);

	(void)words;
	return err ? rules_fail("standard input", err) : 0;
}

static const struct command {
	const char *name;
	int words;
	bool has_json, has_expand;
	int (*run)(char **words, const struct options *options);
} commands[] = {
	{ "show", 4, true, true, do_show },
	{ "keep", 4, false, false, do_keep },
	{ "keep", 5, false, false, do_keep_after_grace },
	{ "text", 2, false, true, do_text },
	{ "text", 1, false, true, do_text },
	{ "text", 3, false, true, do_text },
	{ "source", 1, false, false, do_source },
	{ "lists", 3, true, false, do_lists },
	{ "changes", 0, true, false, do_changes },
};

/* Takes the options off the end, and counts the words before them. */
static void take_options(int argc, char **argv, struct options *options)
{
	for (; argc > 2; argc--) {
		if (!strcmp(argv[argc - 1], "--json"))
			options->json = true;
		else if (!strcmp(argv[argc - 1], "--expand"))
			options->expand = true;
		else
			break;
	}
	options->words = argc - 2;
}

static bool matches_command(const struct command *command, const char *name,
			    const struct options *options)
{
	return options->words == command->words &&
	       !strcmp(name, command->name) &&
	       (!options->json || command->has_json) &&
	       (!options->expand || command->has_expand);
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	int status = -1;

	if (argc == 2 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(help, stdout);
		return EXIT_SUCCESS;
	}
	libbpf_set_print(NULL);
	take_options(argc, argv, &options);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (argc > 1 &&
		    matches_command(&commands[i], argv[1], &options))
			status = commands[i].run(argv + 2, &options)
					 ? EXIT_FAILURE
					 : EXIT_SUCCESS;
	}
	if (status >= 0)
		return status || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
	fprintf(stderr, "tg-rules: not understood: see tg-rules --help\n");
	return EXIT_USAGE;
}
