/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small, strict reader of JSON, for what 'nft -j' prints: bounded in depth,
 * size and number of values, and exact about what is not JSON.
 */
#ifndef TG_POLICY_JSON_H
#define TG_POLICY_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_SIZE_MAX ((size_t)64 << 20)
#define JSON_DEPTH_MAX 32
#define JSON_VALUES_MAX ((size_t)4 << 20)
#define JSON_MEMBERS_MAX 64 /* of one object */

enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_INTEGER,
	JSON_REAL, /* and integers that do not fit: the text alone is kept */
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json {
	enum json_type type;
	uint32_t count; /* of items or members */
	union {
		int64_t integer;
		const char *string; /* UTF-8, holds no NUL but its end */
		const struct json *first;
	};
	const struct json *next; /* of the same array or object */
	const char *key;	 /* of a member */
	size_t start, end;	 /* where its text stands */
};

struct json_document {
	const struct json *root;
	void *chunks;	   /* all that was allocated */
	size_t values;	   /* how many were read */
	const char *error; /* what is wrong, */
	size_t offset;	   /* and where */
};

/* 0, or a negative errno with ->error set; to be freed in either case. */
int json_read(struct json_document *document, const char *text, size_t size);
void json_free(struct json_document *document);

/* A member of an object; NULL where value is none, is NULL, or has it not. */
const struct json *json_get(const struct json *value, const char *key);
/* Its string; NULL where there is none. */
const char *json_string(const struct json *value);
const char *json_get_string(const struct json *value, const char *key);
bool json_is(const struct json *value, enum json_type type);

#endif
