/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Make the table of sets that compiled policies declare, before they are
 * grafted, and write the sets' numbers in the table into their objects.
 */
#ifndef TG_SETS_PREPARE_H
#define TG_SETS_PREPARE_H

/*
 * Makes the pinned map if it is missing, sets that are missing, and room for
 * larger ones. Returns 0 or a negative errno after a message; then the table
 * may have changed, but no set has lost an entry, and what was written is right
 * for the next try.
 */
int set_prepare(const char *pin, char *const *paths, int count);

#endif
