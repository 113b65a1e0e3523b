// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-flows - makes, reads and changes the table of flows that policies ask: a
 * pinned map, which it reads and writes through mmap. docs/flows.md has the
 * picture.
 */
#include "flows/commands.h"

static const char help[] =
	"Usage: tg-flows prepare PIN [--flows N]\n"
	"       tg-flows list PIN [FILTER...] [--json] [--count] [--watch]\n"
	"       tg-flows del PIN FILTER...|--all\n"
	"       tg-flows save PIN\n"
	"       tg-flows load PIN FILE|-\n"
	"       tg-flows adopt PIN DEVICE [OBJECT...]\n"
	"\n"
	"PIN is the pinned table of flows. `prepare` makes it for N flows, 64 "
	"to\n"
	"16000000 (131072), of 79 bytes each; one that is there stays as it "
	"is.\n"
	"`save` prints all flows, and `load` adds those of a FILE. `adopt` "
	"adds\n"
	"those of sockets that exist and whose packets may pass the DEVICE, as "
	"the\n"
	"first OBJECT says that uses flows: how long they stay, and whether "
	"VLANs\n"
	"are kept apart.\n"
	"\n"
	"FILTER: tcp, udp, icmp or another protocol; from ADDRESS[/N], to\n"
	"ADDRESS[/N] (from the sender of the first packet, to its receiver);\n"
	"port N (of either end); state NAME; vlan N. All have to apply.\n"
	"\n"
	"      --flows N\n"
	"      --all    delete all flows\n"
	"      --count  count them by state\n"
	"      --watch  print what changes: + added, ~ another state, - gone\n"
	"  -j, --json\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0 done, 1 failed, 2 usage.\n";

static const struct pin_option options[] = {
	{ "flows", FLOW_OPTION_FLOWS, pin_read_room, PIN_ROOM_WANTS },
	{ "all", FLOW_OPTION_ALL, NULL, NULL },
	{ "count", FLOW_OPTION_COUNT, NULL, NULL },
	{ "watch", FLOW_OPTION_WATCH, NULL, NULL },
};

static const struct pin_verb verbs[] = {
	{ "prepare", 0, 0, FLOW_OPTION_FLOWS, flow_cmd_prepare },
	{ "list", 0, PIN_WORDS_ANY,
	  PIN_JSON | FLOW_OPTION_COUNT | FLOW_OPTION_WATCH, flow_cmd_list },
	{ "del", 0, PIN_WORDS_ANY, FLOW_OPTION_ALL, flow_cmd_del },
	{ "save", 0, 0, 0, flow_cmd_save },
	{ "load", 1, 1, 0, flow_cmd_load },
	{ "adopt", 1, PIN_WORDS_ANY, 0, flow_cmd_adopt },
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
