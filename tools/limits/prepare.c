// SPDX-License-Identifier: GPL-2.0-only
#include "prepare.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/elf_map.h"
#include "lib/pinned_map.h"
#include "policy_limit.h"

#define SECTION ".rodata.limits"

int limit_open_or_make(struct line_map *map, const struct limit_wish *wish,
		       bool *is_new)
{
	uint32_t keys = wish->keys ? wish->keys : TG_LIMITS_DEFAULT;
	int err = limit_map_open(map, wish->shared ? wish->shared : wish->pin,
				 true);

	*is_new = err == -ENOENT;
	if (*is_new)
		err = limit_map_create(map, keys);
	if (*is_new && !err)
		err = limit_map_pin(map);
	if (!err && wish->shared)
		err = pin_link(wish->shared, wish->pin);
	return err;
}

/* --- objects */

/* A plugin that is no policy has no such section, and uses the table. */
static bool uses_limits(const struct elf_object *object)
{
	struct tg_policy_limits of_policy;
	size_t size;
	const char *section = elf_object_section(object, SECTION, &size);

	if (!section || size < sizeof(of_policy))
		return true;
	memcpy(&of_policy, section, sizeof(of_policy));
	return of_policy.count;
}

static int object_fail(const struct elf_object *object)
{
	fprintf(stderr,
		"%s: %s: the types of its map " LIMIT_MAP
		" are not as expected: see docs/writing-a-plugin.md\n",
		program_invocation_short_name, object->path);
	return -EINVAL;
}

int limit_prepare_object(const struct limit_wish *wish,
			 struct elf_object *object)
{
	struct line_map map;
	bool is_new;
	int err;

	if (!elf_map_exists(object, LIMIT_MAP))
		return 0;
	if (!uses_limits(object))
		return elf_map_unpin(object, LIMIT_MAP) ? object_fail(object)
							: 0;
	err = limit_open_or_make(&map, wish, &is_new);
	if (!err && elf_map_set_entries(object, LIMIT_MAP, map.lines))
		err = object_fail(object);
	line_map_close(&map);
	return err;
}
