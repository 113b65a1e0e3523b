// SPDX-License-Identifier: GPL-2.0-only
#include "craft.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Experimental values (RFC 3692, IEEE 802), which no parser knows. */
#define ANY_ETHERTYPE 0x88b5
#define ANY_PROTOCOL 253

/* Settings of the whole packet, which are applied last. */
struct finish {
	size_t pad;
	bool cuts;
	long cut;
	bool splits;
	size_t linear;
};

__attribute__((format(printf, 2, 3))) static int refuse(struct craft *craft,
							const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(craft->error, sizeof(craft->error), format, args);
	va_end(args);
	return -EINVAL;
}

static uint8_t *bytes_of(const struct craft *craft,
			 const struct craft_layer *layer)
{
	return craft->bytes + layer->start;
}

static struct craft_layer *last(struct craft *craft)
{
	return craft->count ? &craft->layers[craft->count - 1] : NULL;
}

static int set_field(struct craft *craft, struct craft_layer *layer,
		     const char *name, const char *text)
{
	const struct field *field = layer_field(layer->kind, name);

	if (!field)
		return refuse(craft, "'%s' has no field '%s'",
			      layer->kind->name, name);
	if (!strcmp(name, "len") && (*text == '+' || *text == '-')) {
		layer->lie = atoi(text);
		return 0;
	}
	if (field_set(bytes_of(craft, layer), field, text) < 0)
		return refuse(craft, "not a value of %s %s: '%s'",
			      layer->kind->name, name, text);
	layer->given |= 1U << (field - layer->kind->fields);
	return 0;
}

static const struct layer_word *word_of(const struct craft_layer *layer,
					const char *text)
{
	for (int i = 0; layer && i < LAYER_WORDS_MAX; i++) {
		const struct layer_word *word = &layer->kind->words[i];

		if (word->word && !strcmp(word->word, text))
			return word;
	}
	return NULL;
}

static int resize(struct craft *craft, struct craft_layer *layer, size_t size)
{
	if (layer->start + size > CRAFT_SIZE_MAX)
		return refuse(craft, "larger than any packet: '%zu'", size);
	/*
	 * zeros are valid options; payload bytes are non-zero to be
	 * recognizable
	 */
	if (layer->kind->role == LAYER_PAYLOAD) {
		for (size_t i = 0; i < size; i++)
			bytes_of(craft, layer)[i] = i + 1;
	}
	layer->size = size;
	craft->size = layer->start + size;
	return 0;
}

static int add_layer(struct craft *craft, const struct layer_kind *kind,
		     const char *value)
{
	struct craft_layer *layer = &craft->layers[craft->count];
	const struct layer_word *word;
	int err;

	if (craft->count == CRAFT_LAYERS_MAX)
		return refuse(craft, "more than %d headers", CRAFT_LAYERS_MAX);
	*layer = (struct craft_layer){ .kind = kind, .start = craft->size };
	craft->count++;
	err = resize(craft, layer, kind->size);
	for (int i = 0; !err && i < LAYER_FIELDS_MAX; i++) {
		const struct field *field = &kind->fields[i];

		if (field->name)
			err = set_field(craft, layer, field->name,
					field->initially);
	}
	layer->given = 0;
	if (err || !value)
		return err;
	word = word_of(layer, value);
	if (word)
		return set_field(craft, layer, word->field, word->value);
	if (kind->value)
		return set_field(craft, layer, kind->value, value);
	return resize(craft, layer, strtoul(value, NULL, 0));
}

/* Returns true if the word is a setting of the whole packet. */
static bool hear_finish(struct craft *craft, struct finish *finish,
			const char *key, size_t key_size, const char *value)
{
	if (key_size == 3 && !strncmp(key, "pad", 3)) {
		finish->pad = strtoul(value, NULL, 0);
	} else if (key_size == 3 && !strncmp(key, "cut", 3)) {
		finish->cuts = true;
		finish->cut = strtol(value, NULL, 0);
	} else if (key_size == 6 && !strncmp(key, "linear", 6)) {
		finish->splits = true;
		finish->linear = strtoul(value, NULL, 0);
	} else if (key_size == 8 && !strncmp(key, "metadata", 8)) {
		craft->has_metadata = true;
		craft->metadata = strtoul(value, NULL, 0);
	} else {
		return false;
	}
	return true;
}

static int hear(struct craft *craft, struct finish *finish, char *token)
{
	char *value = strchr(token, '=');
	size_t key_size = value ? (size_t)(value - token) : strlen(token);
	struct craft_layer *layer = last(craft);
	const struct layer_word *word = word_of(layer, token);
	const struct layer_kind *kind = layer_find(token, key_size);

	if (word)
		return set_field(craft, layer, word->field, word->value);
	if (value)
		value++;
	if (kind)
		return add_layer(craft, kind, value);
	if (!value)
		return refuse(craft, "not a header: '%s'", token);
	if (hear_finish(craft, finish, token, key_size, value))
		return 0;
	if (!layer)
		return refuse(craft, "a field of no header: '%s'", token);
	token[key_size] = 0;
	if (!strcmp(token, "options"))
		return resize(craft, layer,
			      layer->kind->size + strtoul(value, NULL, 0));
	if (!strcmp(token, "size"))
		return resize(craft, layer, strtoul(value, NULL, 0));
	return set_field(craft, layer, token, value);
}

/* Sets a field unless the text has set it. */
static void fill(struct craft *craft, struct craft_layer *layer,
		 const char *name, uint64_t value)
{
	const struct field *field = layer_field(layer->kind, name);

	if (!(layer->given & 1U << (field - layer->kind->fields)))
		field_put(bytes_of(craft, layer), field, value);
}

static void fill_next(struct craft *craft, struct craft_layer *layer)
{
	const struct craft_layer *next =
		layer == last(craft) ? NULL : layer + 1;
	bool link = layer->kind->role <= LAYER_TAG;
	int number = ANY_PROTOCOL;

	if (!layer->kind->next)
		return;
	if (next)
		number = link ? next->kind->ethertype : next->kind->protocol;
	if (!next || number < 0)
		number = link ? ANY_ETHERTYPE : ANY_PROTOCOL;
	fill(craft, layer, layer->kind->next, number);
}

static void fill_lengths(struct craft *craft, struct craft_layer *layer)
{
	for (int i = 0; i < LAYER_LENGTHS_MAX; i++) {
		const struct layer_length *length = &layer->kind->lengths[i];
		size_t bytes =
			length->own ? layer->size : craft->size - layer->start;

		if (!length->field)
			continue;
		fill(craft, layer, length->field,
		     (!strcmp(length->field, "len") ? layer->lie : 0) +
			     (bytes - (length->own ? 0 : length->minus)) /
				     length->unit -
			     (length->own ? length->minus : 0));
	}
}

static void fill_checksum(struct craft *craft, struct craft_layer *layer)
{
	uint8_t *at = bytes_of(craft, layer);
	uint32_t sum = 0;

	if (layer->kind->role != LAYER_IPV4)
		return;
	for (size_t i = 0; i + 1 < layer->size; i += 2)
		sum += at[i] << 8 | at[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	fill(craft, layer, "check", (uint16_t)~sum);
}

static int finish_packet(struct craft *craft, const struct finish *finish)
{
	size_t size = craft->size + finish->pad;

	if (size > CRAFT_SIZE_MAX)
		return refuse(craft, "too much padding: '%zu'", finish->pad);
	memset(craft->bytes + craft->size, 0, finish->pad);
	if (finish->cuts) {
		long keep = finish->cut + (finish->cut < 0 ? (long)size : 0);

		if (keep < 0 || keep > (long)size)
			return refuse(craft, "cannot be cut to %ld bytes",
				      keep);
		size = keep;
	}
	craft->size = size;
	craft->linear = finish->splits ? finish->linear : size;
	if (craft->linear > size)
		return refuse(craft, "%zu bytes at hand of %zu", craft->linear,
			      size);
	return 0;
}

int craft_packet(struct craft *craft, const char *text)
{
	struct finish finish = { 0 };
	char *copy = strdup(text), *rest, *token;
	int err = 0;

	*craft = (struct craft){ .bytes = calloc(1, CRAFT_SIZE_MAX) };
	if (!craft->bytes || !copy)
		err = refuse(craft, "out of memory");
	token = err ? NULL : strtok_r(copy, " \t", &rest);
	for (; token && !err; token = strtok_r(NULL, " \t", &rest))
		err = hear(craft, &finish, token);
	for (size_t i = 0; !err && i < craft->count; i++) {
		fill_next(craft, &craft->layers[i]);
		fill_lengths(craft, &craft->layers[i]);
		fill_checksum(craft, &craft->layers[i]);
	}
	free(copy);
	return err ? err : finish_packet(craft, &finish);
}

void craft_free(struct craft *craft)
{
	free(craft->bytes);
	craft->bytes = NULL;
}
