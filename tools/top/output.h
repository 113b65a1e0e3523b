/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The standard output of lines: a signal that ends this program also ends the
 * wait for a slow reader.
 */
#ifndef TG_TOP_OUTPUT_H
#define TG_TOP_OUTPUT_H

#include <stdbool.h>

/* Replaces stdout. Returns false if out of memory. */
bool output_prepare(void);

#endif
