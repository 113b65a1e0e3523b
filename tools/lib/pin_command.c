// SPDX-License-Identifier: GPL-2.0-only
#include "pin_command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "text_part.h"

#define OPTIONS_MAX 16
#define FIRST_OF_TOOL 256

static int usage(const char *what, const char *word)
{
	fprintf(stderr, "%s: %s '%s': see '%s --help'\n",
		program_invocation_short_name, what, word,
		program_invocation_short_name);
	return PIN_USAGE;
}

bool pin_read_room(const char *text, uint32_t *room)
{
	return text_part_number(text_part_all(text), PIN_ROOM_MAX, room) &&
	       *room >= PIN_ROOM_MIN;
}

/* --- verbs */

static int run_verb(const struct pin_verb *verb,
		    const struct pin_command *command)
{
	if (command->count < verb->min || command->count > verb->max)
		return usage("wrong number of words after", verb->name);
	if (command->options & ~verb->takes)
		return usage("an option is not one of", verb->name);
	return verb->run(command);
}

static int run_words(const struct pin_tool *tool, struct pin_command *command,
		     char **words, int count)
{
	if (count < 2)
		return usage("a verb and a PIN are needed, not",
			     count ? *words : "");
	command->verb = words[0];
	command->pin = words[1];
	command->words = words + 2;
	command->count = count - 2;
	for (size_t i = 0; i < tool->verb_count; i++)
		if (!strcmp(tool->verbs[i].name, command->verb))
			return run_verb(&tool->verbs[i], command);
	return usage("no such verb:", command->verb);
}

/* --- options */

/* `longs` ends with zeros, and has room for all options. */
static void list_options(const struct pin_tool *tool, struct option *longs)
{
	*longs++ = (struct option){ "json", no_argument, NULL, 'j' };
	*longs++ = (struct option){ "help", no_argument, NULL, 'h' };
	for (size_t i = 0; i < tool->option_count; i++)
		*longs++ = (struct option){
			tool->options[i].name,
			tool->options[i].read ? required_argument : no_argument,
			NULL,
			FIRST_OF_TOOL + i,
		};
}

static int take_option(const struct pin_option *option,
		       struct pin_command *command)
{
	char what[128];

	command->options |= option->bit;
	if (!option->read || option->read(optarg, &command->value))
		return PIN_DONE;
	snprintf(what, sizeof(what), "--%s takes %s, not", option->name,
		 option->wants);
	return usage(what, optarg);
}

/* Fails if the output could not be written: half a list must not pass for one.
 */
static int flush_output(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "%s: standard output: %s\n",
		program_invocation_short_name, strerror(errno));
	return PIN_FAILED;
}

int pin_tool_run(const struct pin_tool *tool, int argc, char **argv)
{
	struct option longs[OPTIONS_MAX] = { 0 };
	struct pin_command command = { 0 };
	int option;

	list_options(tool, longs);
	while ((option = getopt_long(argc, argv, "jh", longs, NULL)) >= 0) {
		if (option == 'j') {
			command.options |= PIN_JSON;
		} else if (option == 'h') {
			fputs(tool->help, stdout);
			return flush_output(PIN_DONE);
		} else if (option < FIRST_OF_TOOL ||
			   take_option(&tool->options[option - FIRST_OF_TOOL],
				       &command)) {
			return PIN_USAGE;
		}
	}
	return flush_output(
		run_words(tool, &command, argv + optind, argc - optind));
}
