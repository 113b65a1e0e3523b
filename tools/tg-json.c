// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-json - one JSON value from words, for what the front end alone knows.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json_print.h"

#define EXIT_USAGE 2

static const char help[] =
	"Usage: tg-json VALUE\n"
	"\n"
	"Prints one JSON value in one line. A VALUE is\n"
	"\n"
	"  object [NAME VALUE]... end\n"
	"  array [VALUE]... end\n"
	"  =TEXT    a string; bytes that are not UTF-8 become U+FFFD\n"
	"  ?TEXT    a string, or null where TEXT is empty\n"
	"  -        the next value of the standard input\n"
	"  JSON     all else, as it stands: a number, true, null\n"
	"\n"
	"and each name and value is a word of its own:\n"
	"\n"
	"  tg-json object device =eth0 hooks array =xdp =egress end end\n";

static void json_fail(int status, const char *what, const char *why)
{
	fprintf(stderr, "tg-json: '%s': %s: see tg-json --help\n", what, why);
	exit(status);
}

static const char *next_word(char ***words)
{
	if (!**words)
		json_fail(EXIT_USAGE, "", "a word is missing");
	return *(*words)++;
}

static bool takes_end(char ***words)
{
	if (!**words || strcmp(**words, "end"))
		return false;
	(*words)++;
	return true;
}

static json_t *read_value(char ***words);

static json_t *read_object(char ***words)
{
	json_t *object = json_object();

	while (!takes_end(words)) {
		const char *name = next_word(words);

		add_json_members(object,
				 json_pack("{s:o}", name, read_value(words)));
	}
	return object;
}

static json_t *read_array(char ***words)
{
	json_t *array = json_array();

	while (!takes_end(words))
		add_json_item(array, read_value(words));
	return array;
}

static json_t *read_input(void)
{
	json_error_t error;
	json_t *value = json_loadf(
		stdin, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &error);

	if (!value)
		json_fail(EXIT_FAILURE, "-", error.text);
	return value;
}

static json_t *read_literal(const char *word)
{
	json_error_t error;
	json_t *value = json_loads(word, JSON_DECODE_ANY, &error);

	if (!value)
		json_fail(EXIT_USAGE, word, error.text);
	return value;
}

static json_t *read_value(char ***words)
{
	const char *word = next_word(words);

	if (!strcmp(word, "object"))
		return read_object(words);
	if (!strcmp(word, "array"))
		return read_array(words);
	if (!strcmp(word, "-"))
		return read_input();
	if (!strcmp(word, "?"))
		return json_null();
	if (*word == '=' || *word == '?')
		return string_to_json(word + 1);
	return read_literal(word);
}

int main(int argc, char **argv)
{
	char **words = argv + 1;
	json_t *value;

	if (argc == 2 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(help, stdout);
		return EXIT_SUCCESS;
	}
	value = read_value(&words);
	if (*words)
		json_fail(EXIT_USAGE, *words, "one value alone");
	print_json(stdout, value, JSON_COMPACT);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
