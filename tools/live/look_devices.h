/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the devices of this network namespace that may have chains: those with
 * programs on hooks, and those with an attachment. Used by tg-look and tg-top.
 */
#ifndef TG_LOOK_DEVICES_H
#define TG_LOOK_DEVICES_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

struct look_devices {
	char (*names)[IFNAMSIZ]; /* each once, in order */
	size_t count, room;
	bool is_short; /* of memory */
};

/*
 * Returns 0, or a negative errno with the message in look_error().
 * look_devices_free() is needed either way.
 */
int look_devices_read(struct look_devices *devices);
void look_devices_free(struct look_devices *devices);

#endif
