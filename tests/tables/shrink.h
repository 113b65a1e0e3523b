/* SPDX-License-Identifier: GPL-2.0-only */
/* The smallest policy that still shows a fault. */
#ifndef TG_SHRINK_H
#define TG_SHRINK_H

#include <stdbool.h>
#include <stddef.h>

/* Whether this text is a policy, and the fault still shows. */
typedef bool (*shrink_shows)(void *context, const char *text, size_t size);

/*
 * Removes rules, sub-lists, conditions and values from the text in place while
 * the fault shows: what is left shows it, and nothing more of it can go.
 */
void shrink(char *text, shrink_shows shows, void *context);

#endif
