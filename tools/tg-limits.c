// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-limits - makes, reads and clears the table of limits that policies ask: a
 * pinned map, which it reads and writes through mmap. docs/limits.md has the
 * picture.
 */
#include "limits/commands.h"

static const char help[] =
	"Usage: tg-limits prepare PIN [--limits N]\n"
	"       tg-limits list PIN [FILTER...] [--count] [--watch] [--json]\n"
	"       tg-limits flush PIN [FILTER...]\n"
	"\n"
	"PIN is the pinned table of limits. `prepare` makes it for N keys, 64 "
	"to\n"
	"16000000 (65536), of 60 bytes each; one that is there stays as it "
	"is.\n"
	"`list` prints the limited rules of the programs that use the table, "
	"and of\n"
	"each rule the keys that are in use: what is used of the burst, most "
	"first.\n"
	"`flush` forgets what keys have used.\n"
	"\n"
	"FILTER: from ADDRESS[/N], to ADDRESS[/N], port N, a protocol: those "
	"that a\n"
	"key has; line N, of the rule; over: no packet may pass now. All have "
	"to\n"
	"apply.\n"
	"\n"
	"      --limits N\n"
	"      --count  how many keys of each rule are in use, and over\n"
	"      --watch  print changes each second: + added, ~ over, or not "
	"any more,\n"
	"               - paid for\n"
	"  -j, --json\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0 done, 1 failed, 2 usage.\n";

static const struct pin_option options[] = {
	{ "limits", LIMIT_OPTION_LIMITS, pin_read_room, PIN_ROOM_WANTS },
	{ "count", LIMIT_OPTION_COUNT, NULL, NULL },
	{ "watch", LIMIT_OPTION_WATCH, NULL, NULL },
};

static const struct pin_verb verbs[] = {
	{ "prepare", 0, 0, LIMIT_OPTION_LIMITS, limit_cmd_prepare },
	{ "list", 0, PIN_WORDS_ANY,
	  PIN_JSON | LIMIT_OPTION_COUNT | LIMIT_OPTION_WATCH, limit_cmd_list },
	{ "flush", 0, PIN_WORDS_ANY, 0, limit_cmd_flush },
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
