// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-rules - reads the rules of the policy in a slot of a chain, and what each
 * of them has counted, and keeps the counts when another policy comes. It
 * loads and attaches nothing.
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
#include "policy_table.h"
#include "live/rule_print.h"

#define EXIT_USAGE 2

static const char help[] =
	"Usage: tg-rules show FOLDER BASE ARRAY SLOT [--json]\n"
	"                     the rules in force, and what they have counted\n"
	"       tg-rules keep FOLDER BASE ARRAY SLOT [--after-grace]\n"
	"                     after another policy has come: what its rules "
	"had\n"
	"                     counted before is in BASE then, and FOLDER, in "
	"a\n"
	"                     bpffs, has pins of its own; first it waits, "
	"where\n"
	"                     that is said, until no packet is in the old one\n"
	"       tg-rules text ARRAY SLOT [--json]\n"
	"       tg-rules text OBJECT [--json]\n"
	"                     a line for each rule, the default last\n"
	"\n"
	"ARRAY is the pin of a chain's array. Of an OBJECT that was compiled\n"
	"it reads the rules that it would bring.\n";

static int fail(const char *what, int err)
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

static uint32_t number(const char *text)
{
	return strtoul(text, NULL, 10);
}

/* --- what is in force, and what it has counted in all */

static int read_totals(const struct kept_counts *kept, uint32_t program,
		       struct rule_lines *rules)
{
	struct loaded_rules loaded;
	int err = loaded_rules_open(&loaded, program);

	*rules = (struct rule_lines){ 0 };
	if (err)
		return err;
	err = loaded_rules_read(&loaded, rules);
	if (!err)
		err = kept_inherit(kept, program, rules);
	if (!err)
		err = loaded_rules_count(&loaded, rules);
	loaded_rules_close(&loaded);
	return err;
}

/* Another command may be at work: then what was read does not fit together. */
static int read_settled(char **words, uint32_t *program,
			struct rule_lines *rules)
{
	const struct kept_counts kept = { words[0], words[1] };
	int err = -EAGAIN;

	for (int tries = 0; err == -EAGAIN && tries < 10; tries++) {
		uint32_t before = kept_for(&kept), after = 0;

		err = slot_program(words[2], number(words[3]), program);
		if (!err)
			err = read_totals(&kept, *program, rules);
		if (err && err != -ENOENT)
			break;
		if (slot_program(words[2], number(words[3]), &after) < 0)
			break;
		if (after != *program || kept_for(&kept) != before) {
			rule_lines_free(rules);
			err = -EAGAIN;
		}
	}
	return err;
}

static int do_show(char **words, bool json)
{
	struct rule_lines rules = { 0 };
	uint32_t program = 0;
	int err = read_settled(words, &program, &rules);

	if (!err)
		rules_print(&rules, program, json);
	rule_lines_free(&rules);
	return err ? fail(words[2], err) : 0;
}

static int do_keep(char **words, bool json)
{
	const struct kept_counts kept = { words[0], words[1] };
	uint32_t program;
	int err = slot_program(words[2], number(words[3]), &program);

	(void)json;
	if (!err)
		err = kept_move_on(&kept, program);
	return err ? fail(err == -EBADMSG ? words[1] : words[2], err) : 0;
}

static int do_keep_after_grace(char **words, bool json)
{
	int err = strcmp(words[4], "--after-grace") ? -EINVAL : grace_wait();

	return err ? fail(words[4], err) : do_keep(words, json);
}

/* --- the rules alone */

static int read_running(char **words, struct rule_lines *rules,
			uint32_t *program)
{
	struct loaded_rules loaded;
	int err = slot_program(words[0], number(words[1]), program);

	*rules = (struct rule_lines){ 0 };
	if (!err)
		err = loaded_rules_open(&loaded, *program);
	if (err)
		return err;
	err = loaded_rules_read(&loaded, rules);
	loaded_rules_close(&loaded);
	return err;
}

static int do_running_text(char **words, bool json)
{
	struct rule_lines rules;
	uint32_t program;
	int err = read_running(words, &rules, &program);

	if (!err)
		rules_print_text(&rules, json);
	rule_lines_free(&rules);
	return err ? fail(words[0], err) : 0;
}

static int do_object_text(char **words, bool json)
{
	struct elf_object object;
	struct rule_lines rules = { 0 };
	size_t size;
	char *section, *text;
	int err = elf_object_read(&object, words[0]);

	if (err)
		return err;
	section = elf_object_section(&object, ".rodata.rules", &size);
	text = section ? rule_text_copy(section, size) : NULL;
	if (text)
		err = rule_lines_parse(&rules, text);
	else
		err = section ? -ENOMEM : -EPROTO;
	if (!err)
		rules_print_text(&rules, json);
	rule_lines_free(&rules);
	elf_object_free(&object);
	return err ? fail(words[0], err) : 0;
}

static const struct command {
	const char *name;
	int words;
	bool has_json;
	int (*run)(char **words, bool json);
} commands[] = {
	{ "show", 4, true, do_show },
	{ "keep", 4, false, do_keep },
	{ "keep", 5, false, do_keep_after_grace },
	{ "text", 2, true, do_running_text },
	{ "text", 1, true, do_object_text },
};

int main(int argc, char **argv)
{
	bool json = argc > 2 && !strcmp(argv[argc - 1], "--json");
	int words = argc - 2 - json;
	int status = -1;

	if (argc == 2 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(help, stdout);
		return EXIT_SUCCESS;
	}
	libbpf_set_print(NULL);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (words == commands[i].words &&
		    (!json || commands[i].has_json) &&
		    !strcmp(argv[1], commands[i].name))
			status = commands[i].run(argv + 2, json) ? EXIT_FAILURE
								 : EXIT_SUCCESS;
	}
	if (status >= 0)
		return status || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
	fprintf(stderr, "tg-rules: not understood: see tg-rules --help\n");
	return EXIT_USAGE;
}
