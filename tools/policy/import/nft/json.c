// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses nft's JSON with jansson. Values are allocated in the import's arena
 * and not freed individually; their total size is limited.
 */
#include "nft.h"

/* nft's output takes about 15 times its size in memory. */
#define VALUES_MAX ((size_t)1 << 30)

static struct arena *values; /* set while a text is parsed */
static size_t values_end;

static void *allocate_value(size_t size)
{
	if (values->size + size > values_end)
		return NULL;
	return arena_alloc(values, size);
}

static void keep_value(void *value)
{
	(void)value;
}

static json_t *load_json(struct arena *arena, const char *text, size_t size,
			 json_error_t *error)
{
	json_malloc_t old_malloc;
	json_free_t old_free;
	json_t *root;

	values = arena;
	values_end = arena->size + VALUES_MAX;
	json_get_alloc_funcs(&old_malloc, &old_free);
	json_set_alloc_funcs(allocate_value, keep_value);
	root = json_loadb(text, size, JSON_REJECT_DUPLICATES, error);
	json_set_alloc_funcs(old_malloc, old_free);
	return root;
}

int nft_load(struct import *import, const char *text, size_t size,
	     json_t **root)
{
	json_error_t error;

	*root = load_json(&import->arena, text, size, &error);
	if (*root)
		return 0;
	if (!*error.text)
		return import_error(import, 0, 0,
				    "more JSON than fits in %zu MiB",
				    VALUES_MAX >> 20);
	return import_error(import, error.line > 0 ? error.line : 0,
			    error.column, "invalid JSON: %s", error.text);
}

const char *nft_string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

const char *nft_only_member(json_t *object, json_t **value)
{
	void *member = json_object_iter(object);

	*value = NULL;
	if (json_object_size(object) != 1)
		return NULL;
	*value = json_object_iter_value(member);
	return json_object_iter_key(member);
}
