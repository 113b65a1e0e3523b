/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device whose chains are watched: the policies that are loaded, one after
 * the other, and what was counted. Used by tg-watch.
 */
#ifndef TG_WATCH_DEVICE_H
#define TG_WATCH_DEVICE_H

#include <sys/types.h>

#include "hooks.h"
#include "ring.h"

/* Since the watch began. What matched was written, lost or held back. */
struct log_counts {
	uint64_t written;
	uint64_t lost; /* read too late, or the program was gone before */
	uint64_t held; /* by the limit of the rule */
};

struct log_device;

/* Returns 0, or a negative value to end the reading. */
typedef int log_taker(void *data, const struct log_device *device,
		      const struct log_ring *ring,
		      const struct tg_log_slot *event);

struct followed_ring {
	struct log_ring ring;
	struct tg_log_slot event; /* taken, and not written yet */
	bool has_event;
	bool is_loaded;	     /* its program is in a slot, of either bank */
	uint64_t gone_since; /* in ms */
};

#define LOG_ARRAYS (2 * TG_HOOKS) /* each hook's, also with multi-buffer */

struct log_device {
	const char *name, *pins;
	unsigned int index; /* of the device */
	uint32_t slots[LOG_ARRAYS]
		      [TG_SLOTS]; /* ids of programs, as last seen */
	struct followed_ring *rings;
	size_t ring_count, ring_room;
	struct log_counts counts;
	uint64_t closed_seen, closed_lost; /* of rings that are closed */
	uint64_t base_logged, base_held;   /* the counters at the start */
	ino_t inode;			   /* of the pins' folder */
	bool is_gone;			   /* the device */
	bool has_begun;
	uint64_t looked; /* when, in ms */
};

/*
 * What is logged from now on is taken. Returns 0 or a negative errno, after
 * printing a message.
 */
int log_device_open(struct log_device *device, const char *name,
		    const char *pins);

/* Whether a policy logs that is in force, or that a rollback returns to. */
bool log_device_logs(const struct log_device *device);

/*
 * Finds the programs that are loaded now, and takes all events. Returns how
 * many, or what the taker returned, or -ENODATA after printing a message.
 */
int log_device_read(struct log_device *device, log_taker *take, void *data);

/* Whether the device and its chains are there. */
bool log_device_is_there(struct log_device *device);

/* Brings ->counts up to date; `is_end`: nothing is read after it. */
void log_device_count(struct log_device *device, bool is_end);

/*
 * What the plugin has counted since the attach: events that were written into
 * rings, and what limits held back. Zeroes where no policy was there yet.
 */
void log_counters_read(const struct log_device *device, uint64_t *logged,
		       uint64_t *held);

void log_device_close(struct log_device *device);

#endif
