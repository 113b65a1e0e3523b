/* SPDX-License-Identifier: GPL-2.0-only */
/* Shrinks a policy to a minimal one that still shows a fault. */
#ifndef TG_SHRINK_H
#define TG_SHRINK_H

#include <stdbool.h>
#include <stddef.h>

/* True if the text is a policy that shows the fault. */
typedef bool (*shrink_shows)(void *context, const char *text, size_t size);

/*
 * Removes rules, sub-lists, conditions and values in place while the fault
 * shows. Nothing can be removed from the result without hiding the fault.
 */
void shrink(char *text, shrink_shows shows, void *context);

#endif
