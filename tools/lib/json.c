// SPDX-License-Identifier: GPL-2.0-only
#include "json_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)64 << 10)

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(16) char bytes[];
};

void *json_fail(struct reader *reader, int err, const char *why)
{
	if (!reader->err) {
		reader->err = err;
		reader->document->error = why;
		reader->document->offset = reader->at;
	}
	return NULL;
}

void *json_allocate(struct reader *reader, size_t size)
{
	struct chunk *chunk = reader->document->chunks;
	size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
	void *bytes;

	size = (size + 15) & ~(size_t)15;
	if (!chunk || chunk->size - chunk->used < size) {
		room = (room + 15) & ~(size_t)15;
		chunk = malloc(sizeof(*chunk) + room);
		if (!chunk)
			return json_fail(reader, -ENOMEM, "out of memory");
		chunk->size = room;
		chunk->used = 0;
		chunk->next = reader->document->chunks;
		reader->document->chunks = chunk;
	}
	bytes = chunk->bytes + chunk->used;
	chunk->used += size;
	return bytes;
}

int json_peek(const struct reader *reader)
{
	return reader->at < reader->size
		       ? (unsigned char)reader->text[reader->at]
		       : -1;
}

static void skip_space(struct reader *reader)
{
	int c = json_peek(reader);

	while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
		reader->at++;
		c = json_peek(reader);
	}
}

static bool take(struct reader *reader, char c)
{
	skip_space(reader);
	if (json_peek(reader) != c)
		return false;
	reader->at++;
	return true;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool skip_digits(struct reader *reader)
{
	size_t from = reader->at;

	while (is_digit(json_peek(reader)))
		reader->at++;
	return reader->at > from;
}

static void read_number(struct reader *reader, struct json *value)
{
	bool negative = json_peek(reader) == '-', real = false;
	uint64_t magnitude = 0;

	reader->at += negative;
	if (json_peek(reader) == '0') {
		reader->at++;
	} else {
		if (!is_digit(json_peek(reader))) {
			json_fail(reader, -EINVAL, "not a value");
			return;
		}
		for (; is_digit(json_peek(reader)); reader->at++) {
			real |= magnitude > (INT64_MAX - 9) / 10;
			magnitude = magnitude * 10 + (json_peek(reader) - '0');
		}
	}
	if (json_peek(reader) == '.') {
		real = true;
		reader->at++;
		if (!skip_digits(reader))
			json_fail(reader, -EINVAL, "a digit is missing");
	}
	if (!reader->err && (json_peek(reader) | 0x20) == 'e') {
		real = true;
		reader->at++;
		if (json_peek(reader) == '+' || json_peek(reader) == '-')
			reader->at++;
		if (!skip_digits(reader))
			json_fail(reader, -EINVAL, "a digit is missing");
	}
	value->type = real ? JSON_REAL : JSON_INTEGER;
	value->integer = real	    ? 0
			 : negative ? -(int64_t)magnitude
				    : (int64_t)magnitude;
}

static void read_word(struct reader *reader, struct json *value)
{
	static const struct {
		const char *word;
		enum json_type type;
	} words[] = { { "null", JSON_NULL },
		      { "false", JSON_FALSE },
		      { "true", JSON_TRUE } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t length = strlen(words[i].word);

		if (reader->size - reader->at >= length &&
		    !memcmp(reader->text + reader->at, words[i].word, length)) {
			value->type = words[i].type;
			reader->at += length;
			return;
		}
	}
	json_fail(reader, -EINVAL, "not a value");
}

static struct json *read_value(struct reader *reader);

static const char *read_key(struct reader *reader, const struct json *object)
{
	const char *key;

	skip_space(reader);
	if (json_peek(reader) != '"')
		return json_fail(reader, -EINVAL,
				 "a name in quotes is missing");
	key = json_read_string(reader);
	if (!key)
		return NULL;
	if (object->count >= JSON_MEMBERS_MAX)
		return json_fail(reader, -E2BIG, "too many members");
	if (json_get(object, key))
		return json_fail(reader, -EINVAL,
				 "a name that stands there twice");
	if (!take(reader, ':'))
		return json_fail(reader, -EINVAL, "':' is missing");
	return key;
}

/* The items of an array, or the members of an object, after the bracket. */
static void read_items(struct reader *reader, struct json *parent, char end)
{
	const struct json **link = &parent->first;

	if (take(reader, end))
		return;
	do {
		const char *key = NULL;
		struct json *item;

		if (end == '}') {
			key = read_key(reader, parent);
			if (!key)
				return;
		}
		item = read_value(reader);
		if (!item)
			return;
		item->key = key;
		*link = item;
		link = &item->next;
		parent->count++;
	} while (take(reader, ','));
	if (!take(reader, end))
		json_fail(reader, -EINVAL,
			  end == '}' ? "',' or '}' is missing"
				     : "',' or ']' is missing");
}

static void read_nested(struct reader *reader, struct json *value)
{
	bool object = json_peek(reader) == '{';

	value->type = object ? JSON_OBJECT : JSON_ARRAY;
	if (reader->depth == JSON_DEPTH_MAX) {
		json_fail(reader, -E2BIG, "nested too deeply");
		return;
	}
	reader->at++;
	reader->depth++;
	read_items(reader, value, object ? '}' : ']');
	reader->depth--;
}

static struct json *read_value(struct reader *reader)
{
	struct json *value;

	skip_space(reader);
	if (reader->document->values == JSON_VALUES_MAX)
		return json_fail(reader, -E2BIG, "too many values");
	reader->document->values++;
	value = json_allocate(reader, sizeof(*value));
	if (!value)
		return NULL;
	*value = (struct json){ .start = reader->at };
	switch (json_peek(reader)) {
	case '{':
	case '[':
		read_nested(reader, value);
		break;
	case '"':
		value->type = JSON_STRING;
		value->string = json_read_string(reader);
		break;
	case 'n':
	case 't':
	case 'f':
		read_word(reader, value);
		break;
	default:
		read_number(reader, value);
	}
	value->end = reader->at;
	return reader->err ? NULL : value;
}

int json_read(struct json_document *document, const char *text, size_t size)
{
	struct reader reader = { .document = document, .text = text };

	*document = (struct json_document){ 0 };
	if (size > JSON_SIZE_MAX) {
		json_fail(&reader, -EFBIG, "too large");
		return reader.err;
	}
	reader.size = size;
	document->root = read_value(&reader);
	skip_space(&reader);
	if (!reader.err && reader.at < size)
		json_fail(&reader, -EINVAL, "more after the end");
	if (reader.err)
		document->root = NULL;
	return reader.err;
}

void json_free(struct json_document *document)
{
	struct chunk *chunk = document->chunks;

	while (chunk) {
		struct chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	document->chunks = NULL;
	document->root = NULL;
}

bool json_is(const struct json *value, enum json_type type)
{
	return value && value->type == type;
}

const struct json *json_get(const struct json *value, const char *key)
{
	const struct json *member;

	if (!json_is(value, JSON_OBJECT))
		return NULL;
	for (member = value->first; member; member = member->next) {
		if (!strcmp(member->key, key))
			return member;
	}
	return NULL;
}

const char *json_string(const struct json *value)
{
	return json_is(value, JSON_STRING) ? value->string : NULL;
}

const char *json_get_string(const struct json *value, const char *key)
{
	return json_string(json_get(value, key));
}
