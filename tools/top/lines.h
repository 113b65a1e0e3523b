/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints a sample as lines, or as JSON. */
#ifndef TG_TOP_LINES_H
#define TG_TOP_LINES_H

#include "options.h"
#include "sample.h"
#include "talkers.h"

void lines_print_head(void);

/* Returns 0 or -ENOMEM. */
int lines_print(const struct top *top, const struct top_options *options);

/* An object, in one line. `talkers` is NULL if nobody gathers them. */
int lines_print_json(const struct top *top, const struct top_options *options,
		     const struct talkers *talkers);

#endif
