// SPDX-License-Identifier: GPL-2.0-only
/*
 * craft-lines - reads packet descriptions for craft, one a line, and prints
 * each frame in hexadecimal digits: one process for thousands of frames.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "craft.h"

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	int number = 0, err = 0;

	while (!err && getline(&line, &room, stdin) >= 0) {
		struct craft craft;

		number++;
		line[strcspn(line, "\n")] = '\0';
		err = craft_packet(&craft, line);
		if (err)
			fprintf(stderr, "craft-lines: line %d: %s\n", number,
				craft.error);
		for (size_t i = 0; !err && i < craft.size; i++)
			printf("%02x", craft.bytes[i]);
		putchar('\n');
		craft_free(&craft);
	}
	free(line);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
