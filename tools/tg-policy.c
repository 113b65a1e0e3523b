// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-policy - checks, formats, prints and compiles policies, imports rules of
 * other filters, and explains which rule matches a packet. It needs no
 * privileges and does not access the kernel. Messages begin with argv[0], which
 * the shell sets to 'tailgate policy'.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policy/commands.h"

static const char help[] =
	"Usage: tg-policy check [--hook HOOK] [--json] FILE\n"
	"                     report errors and warnings, for one hook (xdp,\n"
	"                     ingress, egress), several (xdp,ingress) or all\n"
	"       tg-policy fmt [-i] FILE\n"
	"                     print the policy in canonical layout; -i: "
	"change\n"
	"                     the file\n"
	"       tg-policy show [--expand] FILE\n"
	"                     print the rules, numbered; with --expand, lists "
	"by\n"
	"                     value\n"
	"       tg-policy compile [--hook HOOK] [--multi-buffer] [--as NAME] "
	"[-q]\n"
	"                     [-v] FILE -o OBJECT\n"
	"                     write an object of the policy plugin with these\n"
	"                     rules, for tc and ip to load; -v prints the size "
	"of\n"
	"                     the tables, -q omits warnings, --as NAME gives "
	"FILE\n"
	"                     another name in messages and places of rules\n"
	"       tg-policy compile --dump [-o OBJECT] FILE\n"
	"                     print the tables in words, to follow a packet "
	"by\n"
	"                     hand\n"
	"       tg-policy explain --help\n"
	"                     print which rule matches a packet\n"
	"       tg-policy import --help\n"
	"                     translate the rules of another filter\n"
	"\n"
	"FILE is - for the standard input. The exit status is 0 on success,\n"
	"also with warnings, 1 after an error, and 2 for a usage error.\n";

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	bool has_help; /* prints its own help */
} commands[] = {
	{ "check", cmd_check, false },	  { "compile", cmd_compile, false },
	{ "fmt", cmd_fmt, false },	  { "show", cmd_show, false },
	{ "explain", cmd_explain, true }, { "import", cmd_import, true },
};

static bool is_help(int argc, char **argv)
{
	return argc >= 2 &&
	       (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));
}

/* getopt_long() starts its messages with argv[0]. */
static int run(const struct command *command, int argc, char **argv)
{
	char name[64];

	if (!command->has_help && is_help(argc, argv)) {
		fputs(help, stdout);
		return STATUS_OK;
	}
	snprintf(name, sizeof(name), "%s %s", program_invocation_short_name,
		 command->name);
	argv[0] = name;
	return command->run(argc, argv);
}

int main(int argc, char **argv)
{
	if (is_help(argc, argv)) {
		fputs(help, stdout);
		return STATUS_OK;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (argc >= 2 && !strcmp(argv[1], commands[i].name))
			return run(&commands[i], argc - 1, argv + 1);
	}
	fprintf(stderr, "%s: not understood: see '%s --help'\n",
		program_invocation_short_name, program_invocation_short_name);
	return STATUS_USAGE;
}
