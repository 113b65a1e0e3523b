// SPDX-License-Identifier: GPL-2.0-only
#include "prepare.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/elf_map.h"
#include "policy_flow.h"

#define SECTION ".rodata.flows"

/* --- the table */

/* The attachment's pin: a link of the instance's. */
static int link_pin(const struct flow_wish *wish)
{
	struct stat shared, own;

	if (link(wish->shared, wish->pin) == 0)
		return 0;
	if (errno == EEXIST && stat(wish->shared, &shared) == 0 &&
	    stat(wish->pin, &own) == 0) {
		if (shared.st_ino == own.st_ino && shared.st_dev == own.st_dev)
			return 0;
		fprintf(stderr,
			"%s: %s: is another table than the instance's, %s: "
			"detach and attach again\n",
			program_invocation_short_name, wish->pin, wish->shared);
		return -EEXIST;
	}
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name,
		wish->pin, strerror(errno));
	return -errno;
}

int flow_open_or_make(struct flow_map *map, const struct flow_wish *wish,
		      bool *is_new)
{
	int err = flow_map_open(map, wish->shared ? wish->shared : wish->pin,
				true);

	*is_new = err == -ENOENT;
	if (*is_new)
		err = flow_map_create(map, wish->flows ? wish->flows
						       : TG_FLOWS_DEFAULT);
	if (!err && *is_new)
		err = flow_map_pin(map);
	if (!err && wish->shared)
		err = link_pin(wish);
	return err;
}

/* --- objects */

/* A plugin that is no policy has no such section, and uses the table. */
static bool uses_flows(const struct elf_object *object)
{
	size_t size;
	const char *section = elf_object_section(object, SECTION, &size);
	__u32 is_used = 1;

	if (section && size >= sizeof(struct tg_policy_flows))
		memcpy(&is_used,
		       section + offsetof(struct tg_policy_flows, is_used),
		       sizeof(is_used));
	return is_used;
}

static int object_fail(const struct elf_object *object)
{
	fprintf(stderr,
		"%s: %s: the types of its map " FLOW_MAP
		" are not as expected: see docs/writing-a-plugin.md\n",
		program_invocation_short_name, object->path);
	return -EINVAL;
}

int flow_prepare_object(const struct flow_wish *wish, struct elf_object *object)
{
	struct flow_map map;
	bool is_new;
	int err;

	if (!elf_map_exists(object, FLOW_MAP))
		return 0;
	if (!uses_flows(object))
		return elf_map_unpin(object, FLOW_MAP) ? object_fail(object)
						       : 0;
	err = flow_open_or_make(&map, wish, &is_new);
	if (!err && elf_map_set_entries(object, FLOW_MAP, map.memory.lines))
		err = object_fail(object);
	flow_map_close(&map);
	return err;
}
