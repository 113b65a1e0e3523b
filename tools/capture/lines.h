/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints judged packets for people, a line each, or as JSON. */
#ifndef TG_CAPTURE_LINES_H
#define TG_CAPTURE_LINES_H

#include <stdio.h>

#include "judges.h"
#include "reader.h"

/*
 *	12:34:56.123456 xdp: tcp 198.51.100.7:40000 > 203.0.113.1:22 syn, 74
 *bytes: drop: web.policy:4: drop tcp to port 22
 *
 * on one line.
 */
void line_print(FILE *out, const struct judge *judge,
		const struct judged_packet *packet);

/* One object, on a line of its own. */
void line_print_json(FILE *out, const char *device, const struct judge *judge,
		     const struct judged_packet *packet);

#endif
