/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A look on standard output: lines NAME=VALUE for bash, which puts each into an
 * associative array, or an object of JSON.
 */
#ifndef TG_LOOK_PRINT_H
#define TG_LOOK_PRINT_H

#include "look.h"

/* One line; what would end it, or is no text, becomes '?'. */
void look_line(const char *value, const char *name, ...)
	__attribute__((format(printf, 2, 3)));
void look_number(uint64_t value, const char *name, ...)
	__attribute__((format(printf, 2, 3)));

int look_print_lines(const struct look *look, const struct look_wants *wants);

/* The device, where anything is attached; true where it was printed. */
bool look_print_json(const struct look *look, bool is_first);

void look_print_json_stale(const char *key, const char *why, bool is_first);

/* The constants of the objects: "file.ingress.0.o.serial=2". */
int look_print_files(const char *key);

/* The serial numbers in the arrays of an attachment: "slot.xdp.frags.1=2". */
int look_print_slots(const char *key);

#endif
