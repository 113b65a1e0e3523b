/* SPDX-License-Identifier: GPL-2.0-only */
/* What the subcommands that read a policy have in common. */
#ifndef TG_POLICY_COMMAND_LINE_H
#define TG_POLICY_COMMAND_LINE_H

#include "commands.h"
#include "policy/language/text/diagnostic.h"

/* "tg-policy check: ...", and where to read more: STATUS_USAGE. */
__attribute__((format(printf, 2, 3))) int usage_error(const char *command,
						      const char *format, ...);

/*
 * The one operand that is left, after options that getopt_long() has read;
 * NULL after a message.
 */
const char *only_operand(const char *command, int argc, char **argv);

/* What was asked for has been written, or a message says that it was not. */
int finish_output(const char *command, enum exit_status status);

#endif
