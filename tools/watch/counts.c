// SPDX-License-Identifier: GPL-2.0-only
/* What the plugin has counted, beside what was read of the rings. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "device.h"
#include "lib/counter_map.h"

/* Where the plugin counts. */
#define COUNTERS_PIN TG_COUNTERS_PREFIX "policy"

#define SETTLE_TRIES 50

void log_counters_read(const struct log_device *device, uint64_t *logged,
		       uint64_t *held)
{
	struct tg_counter *sums = calloc(TG_COUNTERS, sizeof(*sums));
	char path[PATH_MAX];
	int fd;

	*logged = *held = 0;
	snprintf(path, sizeof(path), "%s/%s", device->pins, COUNTERS_PIN);
	fd = bpf_obj_get(path);
	if (fd >= 0 && sums && counter_map_read(fd, sums) == 0) {
		for (int hook = 0; hook < TG_HOOKS; hook++) {
			const struct tg_counter *notes = &sums[TG_COUNTER_INDEX(
				hook, TG_VERDICT_NEXT, 0)];

			*logged += notes[TG_REASON_LOGGED].packets;
			*held += notes[TG_REASON_LOG_HELD].packets;
		}
	}
	if (fd >= 0)
		close(fd);
	free(sums);
}

static uint64_t rings_lost(const struct log_device *device, uint64_t *events)
{
	uint64_t lost = device->closed_lost;

	*events = device->closed_seen;
	for (size_t i = 0; i < device->ring_count; i++) {
		const struct log_ring *ring = &device->rings[i].ring;

		lost += ring->lost;
		*events += ring->seen + log_ring_events(ring) - ring->next;
	}
	return lost;
}

/*
 * Events of a program that was in force so shortly that it was not met, and of
 * one that was replaced before its events were taken: the counters have them.
 */
static uint64_t count_unmet(struct log_device *device, uint64_t *held)
{
	uint64_t logged, before, events = 0;

	log_counters_read(device, &before, held);
	for (int i = 0; i < SETTLE_TRIES; i++) {
		rings_lost(device, &events);
		log_counters_read(device, &logged, held);
		if (logged == before)
			break;
		before = logged;
	}
	/*
	 * Packets still come: the counters are ahead of what was read. Or the
	 * counters are gone: nothing is attached any more.
	 */
	if (logged != before || logged < device->base_logged + events)
		return 0;
	return logged - device->base_logged - events;
}

void log_device_count(struct log_device *device, bool is_end)
{
	uint64_t held, logged, events;

	device->counts.lost = rings_lost(device, &events);
	if (is_end)
		device->counts.lost += count_unmet(device, &held);
	else
		log_counters_read(device, &logged, &held);
	if (held > device->base_held)
		device->counts.held = held - device->base_held;
}
