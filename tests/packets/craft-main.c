// SPDX-License-Identifier: GPL-2.0-only
/*
 * craft - prints a packet from its description, or writes seeds for the
 * parser's fuzzer from a table of descriptions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "craft.h"
#include "seed.h"
#include "table.h"

#define EXIT_USAGE 2

static const char help[] =
	"Usage: craft HEADER [FIELD=VALUE]... [HEADER ...]\n"
	"       craft --raw HEADER ...\n"
	"       craft --seeds DIRECTORY TABLE\n"
	"\n"
	"Prints the packet in hex, or as it is, or writes one file for each\n"
	"row of a table into an existing directory, in the form that the\n"
	"parser's fuzzer reads. craft.h tells the words.\n"
	"\n"
	"Example: craft eth vlan=5 ip4 options=8 tcp dport=80\n";

static char *join(char **words, int count)
{
	size_t size = 1;
	char *text;

	for (int i = 0; i < count; i++)
		size += strlen(words[i]) + 1;
	text = calloc(1, size);
	for (int i = 0; text && i < count; i++) {
		strcat(text, words[i]);
		strcat(text, " ");
	}
	return text;
}

static int print_packet(char **words, int count, bool raw)
{
	char *text = join(words, count);
	struct craft craft;
	int err;

	if (!text)
		return EXIT_FAILURE;
	err = craft_packet(&craft, text);
	if (err)
		fprintf(stderr, "craft: %s\n", craft.error);
	else if (raw)
		fwrite(craft.bytes, 1, craft.size, stdout);
	for (size_t i = 0; !err && !raw && i < craft.size; i++)
		printf("%02x%c", craft.bytes[i],
		       i % 16 == 15 || i + 1 == craft.size ? '\n' : ' ');
	craft_free(&craft);
	free(text);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int write_seed(const char *directory, const struct table_row *row)
{
	struct craft craft;
	char path[512];
	FILE *file;
	int err = craft_packet(&craft, row->columns[0]);

	snprintf(path, sizeof(path), "%s/line-%d", directory, row->line);
	file = err ? NULL : fopen(path, "we");
	if (err) {
		fprintf(stderr, "craft: line %d: %s\n", row->line, craft.error);
	} else if (!file) {
		perror(path);
		err = -1;
	} else {
		seed_write(&craft, file);
		err = fclose(file);
	}
	craft_free(&craft);
	return err;
}

static int write_seeds(const char *directory, const char *path)
{
	struct table table;
	int err = table_read(&table, path, 2);

	if (err)
		return EXIT_FAILURE;
	for (size_t i = 0; i < table.count && !err; i++)
		err = write_seed(directory, &table.rows[i]);
	table_free(&table);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	bool raw = argc > 2 && !strcmp(argv[1], "--raw");

	if (argc == 2 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(help, stdout);
		return EXIT_SUCCESS;
	}
	if (argc == 4 && !strcmp(argv[1], "--seeds"))
		return write_seeds(argv[2], argv[3]);
	if (argc > 1 && (raw || argv[1][0] != '-'))
		return print_packet(argv + 1 + raw, argc - 1 - raw, raw);
	fprintf(stderr, "craft: not understood: see craft --help\n");
	return EXIT_USAGE;
}
