// SPDX-License-Identifier: GPL-2.0-only
#include "look_devices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"
#include "look_attachment.h"
#include "look_device.h"

static void add_device(const char *device, void *context)
{
	struct look_devices *devices = context;

	if (!vec_reserve(devices->names, devices->room, devices->count + 1)) {
		devices->is_short = true;
		return;
	}
	snprintf(devices->names[devices->count++], IFNAMSIZ, "%s", device);
}

/*
 * Adds the device of an attachment, if it is in this namespace and still
 * exists.
 */
static int add_key(const char *key, void *context)
{
	static const struct look_wants place = { .place_alone = true };
	const char *dash = strchr(key, '-');
	char device[IFNAMSIZ];
	struct look look;
	int err;

	snprintf(device, sizeof(device), "%s", dash ? dash + 1 : "");
	for (char *colon = device; (colon = strchr(colon, ':'));)
		*colon = '.';
	err = look_read(&look, device, &place);
	if (!err && look.index && !strcmp(look.key, key))
		add_device(device, context);
	look_free(&look);
	return err;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void drop_doubles(struct look_devices *devices)
{
	size_t count = 0;

	for (size_t i = 0; i < devices->count; i++) {
		if (!count ||
		    strcmp(devices->names[i], devices->names[count - 1]))
			memmove(devices->names[count++], devices->names[i],
				IFNAMSIZ);
	}
	devices->count = count;
}

int look_devices_read(struct look_devices *devices)
{
	int err;

	*devices = (struct look_devices){ 0 };
	err = look_candidates(add_device, devices);
	if (!err)
		err = look_each_key(add_key, devices);
	if (!err && devices->is_short)
		err = look_fail(-ENOMEM, "the devices");
	if (devices->count)
		qsort(devices->names, devices->count, IFNAMSIZ, by_name);
	drop_doubles(devices);
	return err;
}

void look_devices_free(struct look_devices *devices)
{
	free(devices->names);
	*devices = (struct look_devices){ 0 };
}
