// SPDX-License-Identifier: GPL-2.0-only
#include "twin_freeze.h"

#include <errno.h>

#include <bpf/bpf.h>

#include "policy_flow.h"
#include "policy_limit.h"
#include "policy_set.h"

/* The policy of a twin changes no set. */
int twin_freeze_sets(struct bpf_map *map, int fd)
{
	struct tg_policy_sets sets;
	__u32 key = 0;

	if (bpf_map_lookup_elem(fd, &key, &sets) < 0)
		return -errno;
	sets.is_frozen = 1;
	return bpf_map__set_initial_value(map, &sets, sizeof(sets));
}

/* Nor any flow, and all packets are what is pretended. */
int twin_freeze_flows(struct twins *twins, struct bpf_map *map, int fd)
{
	struct tg_policy_flows flows;
	__u32 key = 0;

	if (bpf_map_lookup_elem(fd, &key, &flows) < 0)
		return -errno;
	flows.is_frozen = 1;
	flows.pretended = twins->pretended;
	twins->uses_flows |= flows.is_used;
	return bpf_map__set_initial_value(map, &flows, sizeof(flows));
}

/* Nor is any limit charged. */
int twin_freeze_limits(struct bpf_map *map, int fd)
{
	struct tg_policy_limits limits;
	__u32 key = 0;

	if (bpf_map_lookup_elem(fd, &key, &limits) < 0)
		return -errno;
	limits.is_frozen = 1;
	return bpf_map__set_initial_value(map, &limits, sizeof(limits));
}
