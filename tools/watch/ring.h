/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events of one loaded policy whose rules log: its ring, which is only
 * read, and its rules. Used by tg-watch.
 */
#ifndef TG_WATCH_RING_H
#define TG_WATCH_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "live/rule_lines.h"
#include "log_ring.h"

struct log_ring {
	uint32_t program; /* its id */
	struct rule_lines rules;
	const struct tg_log_slot *slots; /* the map's memory; [0]: the count */
	uint64_t next;			 /* the number of the next event */
	uint64_t seen, lost;  /* events before `next`, and how many were lost */
	uint64_t waits_since; /* for the next event, in ms, or 0 */
};

/*
 * Opens the ring of a program. `is_new`: all events in it are taken, otherwise
 * those from now on. Returns -ENOENT if no rule of it logs or it is no policy,
 * or another negative errno.
 */
int log_ring_open(struct log_ring *ring, uint32_t program, bool is_new);

/* How many events there have been. */
uint64_t log_ring_events(const struct log_ring *ring);

/*
 * Copies the next event. Returns false if there is none, or if it is not
 * complete; events that cannot be read any more are counted as lost.
 */
bool log_ring_take(struct log_ring *ring, struct tg_log_slot *event);

/* The rule of the event, or NULL. */
const struct rule_line *log_ring_rule(const struct log_ring *ring,
				      const struct tg_watch_event *event);

void log_ring_close(struct log_ring *ring);

#endif
