// SPDX-License-Identifier: GPL-2.0-only
#include "sample.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/hook_names.h"
#include "lib/vec.h"
#include "live/look_chain.h"
#include "live/look_devices.h"
#include "live/look_rules.h"
#include "talkers.h"

/* A chain that is changed all the time may not be readable a few times. */
#define FAILURES_MAX 10

uint64_t top_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

void top_note(struct top *top, const char *device, const char *format, ...)
{
	struct top_note *note;
	va_list words;

	if (!vec_reserve(top->notes, top->note_room, top->note_count + 1))
		return;
	note = &top->notes[top->note_count++];
	snprintf(note->device, sizeof(note->device), "%s", device);
	va_start(words, format);
	vsnprintf(note->text, sizeof(note->text), format, words);
	va_end(words);
}

static int top_fail(struct top *top, int err, const char *message)
{
	snprintf(top->error, sizeof(top->error), "%s", message);
	return err;
}

/* --- what has changed */

/* The names of the plugins, as 'chain' takes them. */
static void chain_names(const struct look_hook *hook,
			char names[TOP_CHAIN_SIZE])
{
	size_t size = 0;

	names[0] = '\0';
	for (int i = 0; i < hook->plugin_count && size < TOP_CHAIN_SIZE; i++)
		size += snprintf(names + size, TOP_CHAIN_SIZE - size, "%s%s",
				 i ? "," : "", hook->plugins[i].program.name);
}

static void note_hook(struct top *top, struct top_device *device,
		      const struct look_hook *hook)
{
	const char *name = hook_name(hook->hook);
	bool was_attached = device->is_attached[hook->hook];
	bool was_broken = device->is_broken[hook->hook];
	bool is_attached = hook->gate, is_broken = hook->broken[0];
	char chain[TOP_CHAIN_SIZE];

	chain_names(hook, chain);
	if (device->is_known && is_attached != was_attached)
		top_note(top, device->name,
			 is_attached ? "a chain was attached to %s"
				     : "the chain of %s was detached",
			 name);
	else if (device->is_known && !is_broken && !was_broken &&
		 strcmp(chain, device->chains[hook->hook]))
		top_note(top, device->name, "the chain of %s is now %s", name,
			 *chain ? chain : "empty");
	if (is_broken && !was_broken)
		top_note(top, device->name, "the chain of %s is broken: %s",
			 name, hook->broken);
	device->is_attached[hook->hook] = is_attached;
	device->is_broken[hook->hook] = is_broken;
	memcpy(device->chains[hook->hook], chain, sizeof(chain));
}

/* Counters of another attachment start anew. */
static uint64_t pins_of(const struct look *look)
{
	char path[PATH_MAX];
	struct stat status;

	if (!look->has_pins || look_pins_folder(look->key, path) ||
	    stat(path, &status) < 0)
		return 0;
	return status.st_ino;
}

/* --- a device */

static int device_rules(struct top *top, struct top_device *device,
			const struct look *look)
{
	bool is_partial = false;

	for (int hook = 0; hook < TG_HOOKS; hook++) {
		bool replaced = false;
		int err = rules_sample(&device->rules[hook], &top->rows, look,
				       hook, !device->is_known, &replaced);

		is_partial |= err == -ENOENT; /* it is replaced right now */
		if (err && err != -ENOENT)
			return look_fail(err, "the rules of %s",
					 hook_name(hook));
		if (replaced)
			top_note(top, device->name,
				 "another policy is in force on %s",
				 hook_name(hook));
	}
	/* last, as rows that are kept are not counted anew */
	if (is_partial)
		rows_keep(&top->rows, device->name);
	return 0;
}

static int device_read(struct top *top, struct top_device *device,
		       struct look *look)
{
	uint64_t pins = pins_of(look), now;
	int err;

	for (int hook = 0; hook < TG_HOOKS; hook++)
		note_hook(top, device, &look->hooks[hook]);
	if (device->is_known && pins != device->pins)
		device->fills.next = 0;
	now = top_now();
	err = look_counters(look, true);
	if (!err)
		err = counters_sample(top, device, look, now,
				      pins != device->pins);
	if (err)
		return err;
	device->pins = pins;
	device->time = now;
	if (!top->read)
		top->read = now;
	err = device_rules(top, device, look);
	if (!err)
		err = fills_sample(&top->fills, &device->fills, look, now);
	if (!err)
		device->is_known = true;
	return err;
}

/* What could not be read is as it was, and is read the next time. */
static int device_failed(struct top *top, struct top_device *device, int err)
{
	rows_keep(&top->rows, device->name);
	if (err == -ENOMEM || ++top->failures >= FAILURES_MAX)
		return top_fail(top, err, look_error());
	return 0;
}

static int device_sample(struct top *top, struct top_device *device)
{
	static const struct look_wants wants = { 0 };
	struct look look;
	int err = look_read(&look, device->name, &wants);

	device->round = top->rows.round;
	if (!err && !look.index && top->only) {
		snprintf(top->error, sizeof(top->error), "%s is gone",
			 device->name);
		err = -ENODEV;
	} else if (!err && look.index) {
		err = device_read(top, device, &look);
		if (!err)
			top->failures = 0;
	}
	if (err && err != -ENODEV)
		err = device_failed(top, device, err);
	look_free(&look);
	return err;
}

static void device_free(struct top_device *device)
{
	for (int hook = 0; hook < TG_HOOKS; hook++)
		rules_free(&device->rules[hook]);
	free(device->counters);
}

/* --- all of them */

static struct top_device *find_device(struct top *top, const char *name)
{
	for (size_t i = 0; i < top->count; i++) {
		if (!strcmp(top->devices[i].name, name))
			return &top->devices[i];
	}
	return NULL;
}

static int sample_name(struct top *top, const char *name)
{
	struct top_device *device = find_device(top, name);

	if (!device) {
		if (!vec_reserve(top->devices, top->room, top->count + 1))
			return -ENOMEM;
		device = &top->devices[top->count++];
		*device = (struct top_device){ 0 };
		snprintf(device->name, sizeof(device->name), "%s", name);
	}
	return device_sample(top, device);
}

/* Those that were not in the list of devices any more. */
static void forget_devices(struct top *top)
{
	size_t count = 0;

	for (size_t i = 0; i < top->count; i++) {
		struct top_device *device = &top->devices[i];

		if (device->round != top->rows.round) {
			for (int hook = 0; hook < TG_HOOKS; hook++) {
				if (device->is_attached[hook])
					top_note(top, device->name,
						 "the chain of %s is gone",
						 hook_name(hook));
			}
			device_free(device);
			continue;
		}
		top->devices[count++] = *device;
	}
	top->count = count;
}

static int sample_all(struct top *top)
{
	struct look_devices devices;
	int err = look_devices_read(&devices);

	if (err)
		top_fail(top, err, look_error());
	for (size_t i = 0; !err && i < devices.count; i++)
		err = sample_name(top, devices.names[i]);
	look_devices_free(&devices);
	return err;
}

int top_sample(struct top *top)
{
	uint64_t now = top_now();
	int err;

	rows_begin(&top->rows);
	top->fills.count = 0;
	top->read = 0;
	*top->error = '\0';
	err = top->only ? sample_name(top, top->only) : sample_all(top);
	if (!err)
		forget_devices(top);
	top->before = top->time;
	top->time = top->read ? top->read : now;
	if (!err)
		err = talkers_sample(top->talkers, top);
	if (!err)
		err = rows_end(&top->rows);
	if (err && !*top->error)
		top_fail(top, err, strerror(-err));
	return err;
}

bool top_has_chains(const struct top *top)
{
	for (size_t i = 0; i < top->count; i++) {
		for (int hook = 0; hook < TG_HOOKS; hook++) {
			if (top->devices[i].is_attached[hook])
				return true;
		}
	}
	return false;
}

void top_free(struct top *top)
{
	for (size_t i = 0; i < top->count; i++)
		device_free(&top->devices[i]);
	free(top->devices);
	rows_free(&top->rows);
	free(top->fills.list);
	free(top->notes);
	*top = (struct top){ 0 };
}
