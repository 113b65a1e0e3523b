/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy as text in memory, until the parser has read it: what 'check'
 * would refuse is never printed.
 */
#ifndef TG_POLICY_IMPORT_OUTPUT_H
#define TG_POLICY_IMPORT_OUTPUT_H

#include "import.h"

struct import_output {
	FILE *stream; /* to print the policy to; NULL when out of memory */
	char *text;
	size_t size, room;
	int error; /* why not all of it is in the text: a negative errno */
};

void import_output_open(struct import_output *output);
/* To out, if the parser takes it: 0, or a negative errno after a message. */
int import_output_finish(struct import_output *output, struct import *import,
			 FILE *out);
void import_output_free(struct import_output *output);

#endif
