/* SPDX-License-Identifier: GPL-2.0-only */
/* What a chain did to a packet and why, in words. Used by tg-capture. */
#ifndef TG_CAPTURE_WORDS_H
#define TG_CAPTURE_WORDS_H

#include <stddef.h>

#include "judges.h"
#include "reader.h"

/*
 * "drop: web.policy:4: drop tcp to port 22; flow new", cut off where the room
 * ends.
 */
void judged_print(char *text, size_t size, const struct judge *judge,
		  const struct judged_packet *packet);

#endif
