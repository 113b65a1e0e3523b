// SPDX-License-Identifier: GPL-2.0-only
#include "prepare.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adopt.h"
#include "lib/elf_map.h"
#include "lib/pinned_map.h"
#include "policy_flow.h"

#define SECTION ".rodata.flows"

/* --- flows of sockets */

/* A table that is too small for them all is one that works. */
static int adopt_sockets(const struct flow_map *map,
			 const struct flow_wish *wish)
{
	struct flow_tally tally;
	int err = flow_adopt(map, wish->device, wish->policy, &tally);

	if (!err && tally.refused)
		fprintf(stderr,
			"%s: %s: no room for the flows of %zu sockets that "
			"exist\n",
			program_invocation_short_name, map->pin, tally.refused);
	return err;
}

/* No packet has added a flow yet. */
static bool is_empty(const struct flow_map *map)
{
	struct flow_counts counts;

	flow_table_count(&map->memory, tg_flow_now(), &counts);
	return !counts.all;
}

/* --- the table */

/*
 * A new table has the flows of sockets before programs find it, and is pinned
 * after that: if this is killed, there is none.
 */
static int make_table(struct flow_map *map, const struct flow_wish *wish)
{
	int err = flow_map_create(map,
				  wish->flows ? wish->flows : TG_FLOWS_DEFAULT);

	if (!err && wish->device)
		err = adopt_sockets(map, wish);
	return err ? err : flow_map_pin(map);
}

int flow_open_or_make(struct flow_map *map, const struct flow_wish *wish,
		      bool *is_new)
{
	bool is_first = wish->shared && access(wish->pin, F_OK) < 0;
	int err = flow_map_open(map, wish->shared ? wish->shared : wish->pin,
				true);

	*is_new = err == -ENOENT;
	if (*is_new)
		err = make_table(map, wish);
	else if (!err && wish->device && (is_first || is_empty(map)))
		err = adopt_sockets(map, wish);
	if (!err && wish->shared)
		err = pin_link(wish->shared, wish->pin);
	return err;
}

/* --- objects */

bool flow_policy_read(const struct elf_object *object,
		      struct tg_policy_flows *policy)
{
	size_t size;
	const void *section = elf_object_section(object, SECTION, &size);

	if (!section || size < sizeof(*policy))
		return false;
	memcpy(policy, section, sizeof(*policy));
	return true;
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
	struct tg_policy_flows policy;
	struct flow_wish its = *wish;
	struct flow_map map;
	bool is_new;
	int err;

	if (!elf_map_exists(object, FLOW_MAP))
		return 0;
	/* a plugin that is no policy has no such section, and uses the table */
	if (flow_policy_read(object, &policy)) {
		if (!policy.is_used)
			return elf_map_unpin(object, FLOW_MAP)
				       ? object_fail(object)
				       : 0;
		its.policy = &policy;
	}
	err = flow_open_or_make(&map, &its, &is_new);
	if (!err && elf_map_set_entries(object, FLOW_MAP, map.memory.lines))
		err = object_fail(object);
	flow_map_close(&map);
	return err;
}
