/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tools print as JSON: jansson's values, and what it lacks. Out of
 * memory ends the program.
 */
#ifndef TG_JSON_PRINT_H
#define TG_JSON_PRINT_H

#include <stdio.h>

#include <jansson.h>

/* A string. Bytes that are not UTF-8 become U+FFFD. */
json_t *text_to_json(const char *text, size_t size);

/* The same; null for NULL. */
json_t *string_to_json(const char *text);

/* Adds the members of more, which it takes, to object. */
void add_json_members(json_t *object, json_t *more);

/* Appends an item, which it takes, to an array. */
void add_json_item(json_t *array, json_t *item);

/* One line, with jansson's flags for its form. Takes the value. */
void print_json(FILE *out, json_t *value, size_t flags);

#endif
