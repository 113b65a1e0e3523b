/* SPDX-License-Identifier: GPL-2.0-only */
/* Helpers for subcommands that read a policy. */
#ifndef TG_POLICY_COMMAND_LINE_H
#define TG_POLICY_COMMAND_LINE_H

#include "commands.h"
#include "policy/language/text/diagnostic.h"

/* Prints "tg-policy COMMAND: MESSAGE: see ...". Returns STATUS_USAGE. */
__attribute__((format(printf, 2, 3))) int usage_error(const char *command,
						      const char *format, ...);

/*
 * The only operand, after getopt_long() has parsed the options. Returns NULL
 * after a message.
 */
const char *only_operand(const char *command, int argc, char **argv);

/* Flushes stdout. Returns status, or STATUS_FAILED after a message. */
int finish_output(const char *command, enum exit_status status);

#endif
