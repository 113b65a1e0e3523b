/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process 'tailgate capture' that samples the packets of a device, and a
 * thread that counts them.
 */
#ifndef TG_TOP_TALKER_SOURCE_H
#define TG_TOP_TALKER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "talker_table.h"

struct talker_source;

/* NULL and errno on failure. */
struct talker_source *talker_source_start(const char *tailgate,
					  const char *device, uint32_t sample);

/*
 * Waits until the chain is watched, or a signal ends this program, and begins
 * to count. Returns 0 or a negative errno.
 */
int talker_source_read(struct talker_source *source, int milliseconds);
const char *talker_source_device(const struct talker_source *source);

/* Hands over what was counted, and begins anew. */
void talker_source_take(struct talker_source *source,
			struct talker_table *table);

/* True, once, if it has ended by itself; with the last line that it said. */
bool talker_source_has_ended(struct talker_source *source, char *why,
			     size_t size);

/* It ends soon after the first, and the second waits for that and frees it. */
void talker_source_tell_end(struct talker_source *source);
void talker_source_end(struct talker_source *source);

#endif
