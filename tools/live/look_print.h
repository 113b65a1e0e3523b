/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A look on standard output: lines NAME=VALUE for bash, which puts each into an
 * associative array, or an object of JSON.
 */
#ifndef TG_LOOK_PRINT_H
#define TG_LOOK_PRINT_H

#include <jansson.h>

#include "look.h"

/* One line; what would end it, or is no text, becomes '?'. */
void look_line(const char *value, const char *name, ...)
	__attribute__((format(printf, 2, 3)));
void look_number(uint64_t value, const char *name, ...)
	__attribute__((format(printf, 2, 3)));

int look_print_lines(const struct look *look, const struct look_wants *wants);

/* The device; NULL if nothing is attached to it. */
json_t *look_to_json(const struct look *look);

json_t *look_stale_to_json(const char *key, const char *why);

/* The constants of the objects: "file.ingress.0.o.serial=2". */
int look_print_files(const char *key);

/* The serial numbers in the arrays of an attachment: "slot.xdp.frags.1=2". */
int look_print_slots(const char *key);

#endif
