// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-sets - makes, reads and changes the sets that policies ask: a pinned map
 * of tables, which it writes through mmap. docs/sets.md has the picture.
 */
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

static int prepare(const struct pin_command *command)
{
	return set_prepare_files(command->pin, command->words, command->count)
		       ? PIN_FAILED
		       : PIN_DONE;
}

static const struct pin_option options[] = {
	{ "for", SET_OPTION_FOR, read_time, "a time like 10m, 1h or forever" },
	{ "except", SET_OPTION_EXCEPT, NULL, NULL },
	{ "skip-bad", SET_OPTION_SKIP_BAD, NULL, NULL },
};

static const struct pin_verb verbs[] = {
	{ "prepare", 0, PIN_WORDS_ANY, 0, prepare },
	{ "list", 0, 0, PIN_JSON, set_cmd_list },
	{ "show", 1, 1, PIN_JSON, set_cmd_show },
	{ "add", 2, PIN_WORDS_ANY, SET_OPTION_FOR | SET_OPTION_EXCEPT,
	  set_cmd_add },
	{ "del", 2, PIN_WORDS_ANY, SET_OPTION_EXCEPT, set_cmd_del },
	{ "test", 2, PIN_WORDS_ANY, PIN_JSON, set_cmd_test },
	{ "load", 2, 2, SET_OPTION_FOR | SET_OPTION_SKIP_BAD, set_cmd_load },
	{ "replace", 2, 2, SET_OPTION_FOR | SET_OPTION_SKIP_BAD,
	  set_cmd_replace },
	{ "save", 0, 1, 0, set_cmd_save },
	{ "flush", 1, 1, 0, set_cmd_flush },
	{ "forget", 1, 1, 0, set_cmd_forget },
};

int main(int argc, char **argv)
{
	static const struct pin_tool tool = {
		help,
		verbs,
		sizeof(verbs) / sizeof(*verbs),
		options,
		sizeof(options) / sizeof(*options),
	};

	return pin_tool_run(&tool, argc, argv);
}
