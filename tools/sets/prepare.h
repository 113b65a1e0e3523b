/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Make the table of sets that compiled policies declare, before they are
 * grafted, and write the sets' numbers in the table into their objects.
 */
#ifndef TG_SETS_PREPARE_H
#define TG_SETS_PREPARE_H

#include <stdbool.h>

#include "lib/elf_object.h"

/*
 * Makes the pinned map if it is missing, sets that are missing, and room for
 * larger ones; without objects, the map alone. is_changed[i] is set if an
 * object in memory has got other numbers. Returns 0 or a negative errno after a
 * message; then the table may have changed, but no set has lost an entry.
 */
int set_prepare(const char *pin, struct elf_object *objects, int count,
		bool *is_changed);

/* The same for files, which are replaced atomically. */
int set_prepare_files(const char *pin, char *const *paths, int count);

#endif
