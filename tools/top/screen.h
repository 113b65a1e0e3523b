/* SPDX-License-Identifier: GPL-2.0-only */
/* Shows samples on a terminal, and does what keys say. */
#ifndef TG_TOP_SCREEN_H
#define TG_TOP_SCREEN_H

#include "options.h"
#include "talkers.h"

/* Returns an exit status, or -1 if the terminal cannot do it. */
int screen_run(struct top *top, const struct top_options *options);

#endif
