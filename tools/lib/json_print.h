/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers around jansson for all tools that print JSON. They exit the program
 * with a message if out of memory.
 */
#ifndef TG_JSON_PRINT_H
#define TG_JSON_PRINT_H

#include <stdio.h>

#include <jansson.h>

/* A string value. Bytes that are not valid UTF-8 become U+FFFD. */
json_t *text_to_json(const char *text, size_t size);

/* The same for a NUL-terminated string; JSON null for NULL. */
json_t *string_to_json(const char *text);

/* Moves the members of `more` to object and drops the reference to `more`. */
void add_json_members(json_t *object, json_t *more);

/* Appends an item to an array, which takes over the reference. */
void add_json_item(json_t *array, json_t *item);

/*
 * Prints the value and a newline, with jansson's JSON_* flags, and drops the
 * reference to it.
 */
void print_json(FILE *out, json_t *value, size_t flags);

#endif
