// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-sets - makes, reads and changes the sets that policies ask: a pinned map
 * of tables, which it writes through mmap. docs/sets.md has the picture.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/time_text.h"
#include "sets/commands.h"
#include "sets/prepare.h"

static const char help[] =
	"Usage: tg-sets prepare PIN [OBJECT...]\n"
	"       tg-sets list PIN [--json]\n"
	"       tg-sets show PIN NAME [--json]\n"
	"       tg-sets add PIN NAME ENTRY...|- [--for TIME] [--except]\n"
	"       tg-sets del PIN NAME ENTRY...|- [--except]\n"
	"       tg-sets test PIN NAME VALUE... [--json]\n"
	"       tg-sets load PIN NAME FILE|- [--skip-bad] [--for TIME]\n"
	"       tg-sets replace PIN NAME FILE|- [--skip-bad] [--for TIME]\n"
	"       tg-sets save PIN [NAME]\n"
	"       tg-sets flush PIN NAME\n"
	"       tg-sets forget PIN NAME\n"
	"\n"
	"PIN is the pinned map of the sets' tables. `prepare` makes it for "
	"the\n"
	"sets that compiled policies declare, and writes the sets' numbers "
	"into\n"
	"the OBJECTs.\n"
	"\n"
	"Entries of a set of\n"
	"  addresses      198.51.100.7  198.51.100.0/24  2001:db8::/32\n"
	"                 198.51.100.1-198.51.100.9  '!198.51.100.7' "
	"(excepted)\n"
	"  ports          443  8000-8010  ssh\n"
	"  macs           02:00:5e:00:53:01\n"
	"  address-ports  '198.51.100.7 tcp 443'  '2001:db8::7 udp domain'\n"
	"\n"
	"A FILE has an entry a line, comments behind # or ;, and deadlines as\n"
	"`# until 2026-12-01T10:00:00Z`. `load` adds its entries, `replace` "
	"puts\n"
	"them in force in place of all that the set has, in one step. - is\n"
	"standard input; `add NAME -` and `del NAME -` change the set as "
	"lines\n"
	"arrive.\n"
	"\n"
	"      --for TIME  how long entries stay: 90s, 10m, 1h30m, 7d, "
	"forever;\n"
	"                  the default is the set's timeout\n"
	"      --except    entries are exceptions, as if written with !\n"
	"      --skip-bad  load the lines of FILE that are right\n"
	"  -j, --json\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0 done (test: all are in), 1 failed (test: one is not), "
	"2\n"
	"usage.\n";

enum long_option {
	OPTION_FOR = 256,
	OPTION_EXCEPT,
	OPTION_SKIP_BAD,
};

/* Words behind the pin, and which options a verb takes. */
static const struct verb {
	const char *name;
	int min, max; /* words */
	bool takes_json, takes_time, takes_except, takes_skip_bad;
	int (*run)(const struct set_command *command);
} verbs[] = {
	{ "list", 0, 0, .takes_json = true, .run = set_cmd_list },
	{ "show", 1, 1, .takes_json = true, .run = set_cmd_show },
	{ "add", 2, 1 << 30, .takes_time = true, .takes_except = true,
	  .run = set_cmd_add },
	{ "del", 2, 1 << 30, .takes_except = true, .run = set_cmd_del },
	{ "test", 2, 1 << 30, .takes_json = true, .run = set_cmd_test },
	{ "load", 2, 2, .takes_time = true, .takes_skip_bad = true,
	  .run = set_cmd_load },
	{ "replace", 2, 2, .takes_time = true, .takes_skip_bad = true,
	  .run = set_cmd_replace },
	{ "save", 0, 1, .run = set_cmd_save },
	{ "flush", 1, 1, .run = set_cmd_flush },
	{ "forget", 1, 1, .run = set_cmd_forget },
};

static int usage(const char *what, const char *word)
{
	fprintf(stderr, "%s: %s '%s': see '%s --help'\n",
		program_invocation_short_name, what, word,
		program_invocation_short_name);
	return SET_USAGE;
}

static bool read_time(const char *text, uint32_t *time)
{
	uint64_t seconds;

	if (!strcmp(text, "forever")) {
		*time = TG_SET_FOREVER;
		return true;
	}
	if (!time_text_read(text, strlen(text), &seconds))
		return false;
	*time = set_units(seconds);
	return true;
}

static int run_verb(const struct verb *verb, const struct set_command *command)
{
	if (command->count < verb->min || command->count > verb->max)
		return usage("wrong number of words after", verb->name);
	if ((command->is_json && !verb->takes_json) ||
	    (command->time && !verb->takes_time) ||
	    (command->is_exception && !verb->takes_except) ||
	    (command->skip_bad && !verb->takes_skip_bad))
		return usage("an option is not one of", verb->name);
	return verb->run(command);
}

static int run(struct set_command *command, char **words, int count)
{
	if (count < 2)
		return usage("a verb and a PIN are needed, not",
			     count ? *words : "");
	command->verb = words[0];
	command->pin = words[1];
	command->words = words + 2;
	command->count = count - 2;
	if (!strcmp(command->verb, "prepare")) {
		return set_prepare_files(command->pin, command->words,
					 command->count)
			       ? SET_FAILED
			       : SET_DONE;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(verbs[i].name, command->verb))
			return run_verb(&verbs[i], command);
	return usage("no such verb:", command->verb);
}

/* Fails if the output could not be written: half a list must not pass for one.
 */
static int flush_output(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "%s: standard output: %s\n",
		program_invocation_short_name, strerror(errno));
	return SET_FAILED;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "for", required_argument, NULL, OPTION_FOR },
		{ "except", no_argument, NULL, OPTION_EXCEPT },
		{ "skip-bad", no_argument, NULL, OPTION_SKIP_BAD },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct set_command command = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "jh", options, NULL)) >= 0) {
		switch (option) {
		case OPTION_FOR:
			if (!read_time(optarg, &command.time))
				return usage("--for takes a time like 10m, 1h "
					     "or forever, not",
					     optarg);
			break;
		case OPTION_EXCEPT:
			command.is_exception = true;
			break;
		case OPTION_SKIP_BAD:
			command.skip_bad = true;
			break;
		case 'j':
			command.is_json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return SET_DONE;
		default:
			return SET_USAGE;
		}
	}
	return flush_output(run(&command, argv + optind, argc - optind));
}
