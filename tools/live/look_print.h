/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prints the state of a device: NAME=VALUE lines, which the shell reads into an
 * associative array, or a JSON object. Used by tg-look.
 */
#ifndef TG_LOOK_PRINT_H
#define TG_LOOK_PRINT_H

#include <jansson.h>

#include "look.h"

/* Prints one line. Newlines and other control characters become '?'. */
void look_line(const char *value, const char *name, ...)
	__attribute__((format(printf, 2, 3)));
void look_number(uint64_t value, const char *name, ...)
	__attribute__((format(printf, 2, 3)));

int look_print_lines(const struct look *look, const struct look_wants *wants);

/* Returns the device as JSON; NULL if nothing is attached to it. */
json_t *look_to_json(const struct look *look);

json_t *look_stale_to_json(const char *key, const char *why);

/* Prints the constants of the objects: "file.ingress.0.o.serial=2". */
int look_print_files(const char *key);

/*
 * Prints the serial numbers in the arrays of an attachment:
 * "slot.xdp.frags.1=2".
 */
int look_print_slots(const char *key);

#endif
