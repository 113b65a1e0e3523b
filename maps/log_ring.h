/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What rules with `log` write: a ring of events in the map tgp_log of their
 * policy's program, which any number of readers map into their memory. Writers
 * do not wait for readers: an event replaces the one that is a turn older.
 *
 * The first entry of the map has the number of events so far. Event number N is
 * in entry 1 + N % TG_LOG_SLOTS, after its state has become TG_LOG_DONE(N).
 * A reader copies the entry and reads the state again; if it has changed, the
 * event is lost. A writer that finds the entry in use by another one leaves it:
 * that event is lost as well.
 */
#ifndef TG_LOG_RING_H
#define TG_LOG_RING_H

#include <linux/types.h>

#include "watch_event.h"

#define TG_LOG_MAP "tgp_log"
#define TG_LOG_SLOTS 2048 /* a power of two */
#define TG_LOG_SNAP 216	  /* bytes of a packet, at most */

/* The state of an entry; a larger one is of a later event. 0: never used. */
#define TG_LOG_BUSY(number) (2 * (__u64)(number) + 1)
#define TG_LOG_DONE(number) (TG_LOG_BUSY(number) + 1)
#define TG_LOG_IS_BUSY(state) ((state) % 2)

struct tg_log_slot {
	__u64 state; /* of the first entry: the number of events */
	struct tg_watch_event event; /* ->program and ->serial are not used */
	__u8 bytes[TG_LOG_SNAP];
};

_Static_assert(sizeof(struct tg_log_slot) == 256, "tg_log_slot is ABI");

/* The entries of tgp_log, if rules log. */
#define TG_LOG_ENTRIES (1 + TG_LOG_SLOTS)

#endif
