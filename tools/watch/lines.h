/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints events and counts, a line each. Used by tg-watch. */
#ifndef TG_WATCH_LINES_H
#define TG_WATCH_LINES_H

#include <stdio.h>

#include "capture/judged_packet.h"
#include "device.h"

/*
 *	12:34:56.123456 eth0 xdp: drop: web.policy:4: "telnet": tcp ..., 74
 *	bytes
 *
 * on one line.
 */
void event_print(FILE *out, const char *device, const struct rule_line *rule,
		 const struct judged_packet *packet);

/* One object, on a line of its own. */
void event_print_json(FILE *out, const char *device,
		      const struct rule_line *rule,
		      const struct judged_packet *packet);

/* "eth0: 12 packets matched: 10 written, 0 lost, 2 held back by the limit" */
void log_counts_print(FILE *out, const struct log_device *device);
void log_counts_print_json(FILE *out, const struct log_device *device);

#endif
