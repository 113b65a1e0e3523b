/* SPDX-License-Identifier: GPL-2.0-only */
/* The array map of a table: made, and mapped into memory. */
#ifndef TG_SETS_KERNEL_TABLE_H
#define TG_SETS_KERNEL_TABLE_H

#include "table.h"

/* An fd, or a negative errno. */
int set_table_create(uint32_t lines);

/*
 * Maps the lines of a table, for SET_TO_...: 0, or a negative errno; -EPROTO if
 * they are not those of a table.
 */
int set_table_map(struct set_table *table, int fd, unsigned int flags);
void set_table_unmap(struct set_table *table);

#endif
