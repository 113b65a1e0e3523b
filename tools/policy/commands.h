/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The subcommands of tg-policy, each in a file of its own. argv[0] is the
 * subcommand's name; the result is an exit status of enum exit_status.
 */
#ifndef TG_POLICY_COMMANDS_H
#define TG_POLICY_COMMANDS_H

enum exit_status {
	STATUS_OK,
	STATUS_FAILED, /* the message has been printed */
	STATUS_USAGE,
};

extern int cmd_check(int argc, char **argv);
extern int cmd_fmt(int argc, char **argv);
extern int cmd_show(int argc, char **argv);
extern int cmd_compile(int argc, char **argv);
extern int cmd_explain(int argc, char **argv);
extern int cmd_import(int argc, char **argv);

#endif
