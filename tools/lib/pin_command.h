/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line of a tool for a kind of pinned map: TOOL VERB PIN [WORD...],
 * options anywhere. A tool lists its verbs and options, and its main() calls
 * pin_tool_run(). --json and --help are read here.
 */
#ifndef TG_PIN_COMMAND_H
#define TG_PIN_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a verb returns: the exit status of the tool. */
enum pin_exit {
	PIN_DONE,
	PIN_FAILED,
	PIN_USAGE,
};

#define PIN_WORDS_ANY (1 << 30)

/* Bits of options. Those of a tool start at PIN_OPTION(0). */
#define PIN_JSON 1U
#define PIN_OPTION(number) (2U << (number))

struct pin_command {
	const char *verb, *pin;
	char *const *words; /* behind the pin */
	int count;
	uint32_t options; /* bits of those that were given */
	uint32_t value;	  /* of the option that has one, or 0 */
};

struct pin_verb {
	const char *name;
	int min, max;	/* words */
	uint32_t takes; /* bits of options */
	int (*run)(const struct pin_command *command);
};

/* `read` and `wants` are for an option with a value. */
struct pin_option {
	const char *name;
	uint32_t bit;
	bool (*read)(const char *text, uint32_t *value);
	const char *wants; /* "a number of 64 to 16000000" */
};

/* The size of a table: what it has room for. */
#define PIN_ROOM_MIN 64
#define PIN_ROOM_MAX 16000000
#define PIN_ROOM_WANTS "a number of 64 to 16000000"
bool pin_read_room(const char *text, uint32_t *room);

struct pin_tool {
	const char *help;
	const struct pin_verb *verbs;
	size_t verb_count;
	const struct pin_option *options;
	size_t option_count;
};

/* Returns the exit status, after one message if it is not PIN_DONE. */
int pin_tool_run(const struct pin_tool *tool, int argc, char **argv);

#endif
