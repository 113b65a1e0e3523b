// SPDX-License-Identifier: GPL-2.0-only
#include "device.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/vec.h"
#include "live/look_chain.h"

/* In ms. */
#define LOOK_AGAIN 100 /* for other programs */
#define DRAIN 1000     /* a program that is not loaded any more */

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* --- programs */

static struct followed_ring *find_ring(struct log_device *device,
				       uint32_t program)
{
	for (size_t i = 0; i < device->ring_count; i++) {
		if (device->rings[i].ring.program == program)
			return &device->rings[i];
	}
	return NULL;
}

/* Programs whose rules do not log have no ring. */
static int follow(struct log_device *device, uint32_t program)
{
	struct followed_ring *ring = find_ring(device, program);
	int err;

	if (ring) {
		ring->is_loaded = true;
		return 0;
	}
	if (!vec_reserve(device->rings, device->ring_room,
			 device->ring_count + 1))
		return -ENOMEM;
	ring = &device->rings[device->ring_count];
	*ring = (struct followed_ring){ .is_loaded = true };
	err = log_ring_open(&ring->ring, program, device->has_begun);
	device->ring_count += !err;
	/* unloaded meanwhile, or a program of another version */
	return err == -ENOENT || err == -EPROTO ? 0 : err;
}

/* One that does not log is asked once: `last` is what was there before. */
static int look_at_slot(struct log_device *device, int array, uint32_t slot,
			uint32_t *last)
{
	uint32_t id = 0;
	int err = array_slot(array, slot, &id);

	if (err)
		return err;
	if (id && (id != *last || find_ring(device, id)))
		err = follow(device, id);
	*last = id;
	return err;
}

/*
 * The array is opened each time. Detaching a hook removes its array, attaching
 * it again makes another one, and an array that stays open keeps its programs.
 */
static int look_at_array(struct log_device *device, int number)
{
	int array = array_open(device->pins, number / 2, number % 2), err = 0;

	if (array < 0)
		return 0;
	for (uint32_t slot = 0; !err && slot < TG_SLOTS; slot++)
		err = look_at_slot(device, array, slot,
				   &device->slots[number][slot]);
	close(array);
	return err;
}

static int look_at_slots(struct log_device *device)
{
	int err = 0;

	for (size_t i = 0; i < device->ring_count; i++)
		device->rings[i].is_loaded = false;
	for (int i = 0; i < LOG_ARRAYS && !err; i++)
		err = look_at_array(device, i);
	device->has_begun = true;
	return err;
}

/* --- rings */

static void close_ring(struct log_device *device, size_t at)
{
	struct log_ring *ring = &device->rings[at].ring;

	device->closed_lost += ring->lost + device->rings[at].has_event;
	device->closed_seen += ring->seen;
	log_ring_close(ring);
	device->rings[at] = device->rings[--device->ring_count];
}

/* Packets in flight still run a program that was replaced. */
static void close_old_rings(struct log_device *device, uint64_t now)
{
	for (size_t i = device->ring_count; i-- > 0;) {
		struct followed_ring *ring = &device->rings[i];

		if (ring->is_loaded)
			ring->gone_since = 0;
		else if (!ring->gone_since)
			ring->gone_since = now;
		else if (now - ring->gone_since > DRAIN)
			close_ring(device, i);
	}
}

/* The ring with the event to write next, or NULL. */
static struct followed_ring *earliest(struct log_device *device)
{
	struct followed_ring *first = NULL;

	for (size_t i = 0; i < device->ring_count; i++) {
		struct followed_ring *ring = &device->rings[i];

		if (!ring->has_event)
			ring->has_event =
				log_ring_take(&ring->ring, &ring->event);
		if (ring->has_event &&
		    (!first ||
		     ring->event.event.time < first->event.event.time))
			first = ring;
	}
	return first;
}

static int cannot_read(const struct log_device *device, int err)
{
	fprintf(stderr, "tailgate: %s: cannot read its chains: %s\n",
		device->name, strerror(-err));
	return -ENODATA;
}

/* At most a turn of a ring, so that each device has its turn. */
static int write_events(struct log_device *device, log_taker *take, void *data)
{
	struct followed_ring *ring;
	int taken = 0, err;

	while (taken < TG_LOG_SLOTS && (ring = earliest(device))) {
		ring->has_event = false;
		device->counts.written++;
		taken++;
		err = take(data, device, &ring->ring, &ring->event);
		if (err)
			return err;
	}
	return taken;
}

int log_device_read(struct log_device *device, log_taker *take, void *data)
{
	uint64_t now = now_ms();
	int taken, err;

	if (now - device->looked >= LOOK_AGAIN) {
		device->looked = now;
		err = look_at_slots(device);
		if (err)
			return cannot_read(device, err);
	}
	taken = write_events(device, take, data);
	close_old_rings(device, now);
	return taken;
}

/* --- the device */

bool log_device_logs(const struct log_device *device)
{
	return device->ring_count > 0;
}

/* The folder of another attachment is another one. */
static ino_t folder_of(const char *pins)
{
	struct stat found;

	return stat(pins, &found) == 0 ? found.st_ino : 0;
}

bool log_device_is_there(struct log_device *device)
{
	char name[IF_NAMESIZE];

	device->is_gone = !if_indextoname(device->index, name);
	return !device->is_gone && folder_of(device->pins) == device->inode;
}

int log_device_open(struct log_device *device, const char *name,
		    const char *pins)
{
	int err;

	*device = (struct log_device){ .name = name, .pins = pins };
	device->index = if_nametoindex(name);
	device->inode = folder_of(pins);
	device->looked = now_ms();
	err = look_at_slots(device);
	/* after the rings, so that no event is missing in what is read of them
	 */
	log_counters_read(device, &device->base_logged, &device->base_held);
	return err ? cannot_read(device, err) : 0;
}

void log_device_close(struct log_device *device)
{
	while (device->ring_count)
		close_ring(device, device->ring_count - 1);
	free(device->rings);
}
