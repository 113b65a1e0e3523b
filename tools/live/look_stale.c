// SPDX-License-Identifier: GPL-2.0-only
#include "look_stale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "look_attachment.h"

/* The device name of a key, with the dots that colons stand for. */
static void device_of_key(const char *key, char *device)
{
	const char *dash = strchr(key, '-');

	snprintf(device, IFNAMSIZ, "%s", dash ? dash + 1 : "");
	for (; (device = strchr(device, ':')); device++)
		*device = '.';
}

int look_stale(const char *key, char why[LOOK_TEXT_SIZE])
{
	static const struct look_wants place = { .place_alone = true };
	char device[IFNAMSIZ];
	struct look look;
	bool is_live, is_here;
	int err;

	why[0] = '\0';
	if (look_is_busy(key)) /* a command is at work on it */
		return 0;
	device_of_key(key, device);
	err = look_read(&look, device, &place);
	is_here = !err && !strcmp(look.key, key) &&
		  look.life != LOOK_LIFE_NAMESPACE;
	if (!err && !(is_here && look.index))
		err = look_is_live(key, &is_live);
	else
		is_live = true;
	if (err)
		return err;
	if (!is_live)
		snprintf(why, LOOK_TEXT_SIZE,
			 "nothing uses it any more: 'tailgate gc' removes it");
	else if (is_here && !look.index)
		snprintf(why, LOOK_TEXT_SIZE,
			 "its device is not called %s any more: detach it "
			 "under its new name, then 'tailgate gc'",
			 device);
	return 0;
}
