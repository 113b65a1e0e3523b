/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the events of a watched chain from the perf buffers of all CPUs. Used
 * by tg-capture.
 */
#ifndef TG_CAPTURE_READER_H
#define TG_CAPTURE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "hooks.h"
#include "judged_packet.h"

struct event_reader;

/* Returns 0, or a negative value to end the reading. */
typedef int (*packet_taker)(void *data, const struct judged_packet *packet);

/*
 * Opens the pins of an attachment; what was counted before does not count.
 * Returns 0 or a negative errno, after printing a message.
 */
int event_reader_open(struct event_reader **reader, const char *pins,
		      packet_taker take, void *data);

/* Waits for events, up to 50 ms, and takes all that there are. */
int event_reader_poll(struct event_reader *reader);

struct event_counts {
	uint64_t judged, matched, chosen, lost, taken;
};

/* Of a hook since the start. All that was sent is taken before. */
int event_reader_count(struct event_reader *reader,
		       struct event_counts counts[TG_HOOKS]);

void event_reader_close(struct event_reader *reader);

#endif
