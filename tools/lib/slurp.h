/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TG_SLURP_H
#define TG_SLURP_H

#include <stddef.h>

/* All bytes of a file, or of standard input for "-". NULL after a message. */
char *slurp(const char *path, size_t *size);

#endif
