/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TG_SLURP_H
#define TG_SLURP_H

#include <stddef.h>

/*
 * The text of a file, or of standard input for "-", that is meant for a table.
 * NULL after a message: also if it is longer than the limit, or has a NUL.
 */
char *slurp(const char *path, size_t limit, size_t *size);

#endif
