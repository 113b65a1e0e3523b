// SPDX-License-Identifier: GPL-2.0-only
#include "twin_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "live_flows.h"
#include "live_limits.h"
#include "live_sets.h"
#include "log_ring.h"
#include "policy_flow.h"
#include "policy_limit.h"
#include "policy_set.h"
#include "twin_freeze.h"

#define RULE_COUNTERS "tgp_rules"
#define RULE_TEXT ".rodata.rules"
#define SETS "tgs_sets"
#define SETS_OF_POLICY ".rodata.sets"
#define FLOWS_OF_POLICY ".rodata.flows"
#define LIMITS_OF_POLICY ".rodata.limits"
#define ROOM "tgl_room" /* in which programs look live facts up */

enum treatment {
	TREAT_CHAIN,	     /* the prog array of the twins */
	TREAT_COUNT,	     /* own, zeroed, memory-mapped */
	TREAT_SHARE,	     /* the running program's map */
	TREAT_FREEZE,	     /* own, a copy that says that no set is changed */
	TREAT_FREEZE_FLOWS,  /* the same for flows */
	TREAT_FREEZE_LIMITS, /* the same for limits */
	TREAT_COPY,	     /* own, with a copy of the entries */
	TREAT_EMPTY,	     /* own, empty: its output is discarded */
	TREAT_REFUSE,	     /* may hold other programs or maps */
};

/*
 * Counters are per CPU in the running program, and a plain array in the twin.
 */
static bool is_counters(const struct bpf_map_info *info, __u32 type)
{
	if (info->type != type)
		return false;
	if (!strcmp(info->name, RULE_COUNTERS))
		return info->value_size == sizeof(struct tg_rule_block);
	return !strncmp(info->name, TG_COUNTERS_PREFIX,
			strlen(TG_COUNTERS_PREFIX)) &&
	       info->value_size == sizeof(struct tg_counter) &&
	       info->max_entries == TG_COUNTERS;
}

static bool is_chain(const struct bpf_map_info *info)
{
	return info->type == BPF_MAP_TYPE_PROG_ARRAY &&
	       info->max_entries == TG_SLOTS && !strncmp(info->name, "tg_", 3);
}

/* A part of a policy's constants; names are truncated. */
static bool is_constants(const struct bpf_map_info *info, const char *name,
			 size_t size)
{
	const char *section = strchr(info->name, '.');

	return section && info->map_flags & BPF_F_RDONLY_PROG &&
	       info->value_size == size &&
	       !strncmp(name, section, strlen(section));
}

/*
 * A twin looks up in the sets themselves: the copy of what the policy says of
 * them keeps it from changing any.
 */
static bool is_sets(const struct bpf_map_info *info)
{
	return info->type == BPF_MAP_TYPE_ARRAY_OF_MAPS &&
	       info->max_entries == TG_SET_PLACES && !strcmp(info->name, SETS);
}

/* The same for the table of flows. */
static bool is_flows(const struct bpf_map_info *info)
{
	return info->type == BPF_MAP_TYPE_ARRAY &&
	       info->value_size == TG_FLOW_LINE &&
	       info->map_flags & BPF_F_MMAPABLE &&
	       !strcmp(info->name, FLOW_MAP);
}

/* And for that of limits. */
static bool is_limits(const struct bpf_map_info *info)
{
	return info->type == BPF_MAP_TYPE_ARRAY &&
	       info->value_size == TG_LIMIT_LINE &&
	       info->map_flags & BPF_F_MMAPABLE &&
	       !strcmp(info->name, LIMIT_MAP);
}

static enum treatment treatment_of(const struct bpf_map_info *info)
{
	if (is_chain(info))
		return TREAT_CHAIN;
	if (is_counters(info, BPF_MAP_TYPE_PERCPU_ARRAY))
		return TREAT_COUNT;
	if (is_constants(info, SETS_OF_POLICY, sizeof(struct tg_policy_sets)))
		return TREAT_FREEZE;
	if (is_constants(info, FLOWS_OF_POLICY, sizeof(struct tg_policy_flows)))
		return TREAT_FREEZE_FLOWS;
	if (is_constants(info, LIMITS_OF_POLICY,
			 sizeof(struct tg_policy_limits)))
		return TREAT_FREEZE_LIMITS;
	if (info->map_flags & BPF_F_RDONLY_PROG || is_sets(info) ||
	    is_flows(info) || is_limits(info))
		return TREAT_SHARE;
	if (!strcmp(info->name, TG_LOG_MAP))
		return TREAT_EMPTY;
	switch (info->type) {
	case BPF_MAP_TYPE_DEVMAP:
	case BPF_MAP_TYPE_DEVMAP_HASH:
	case BPF_MAP_TYPE_CPUMAP:
	case BPF_MAP_TYPE_XSKMAP: /* programs cannot write to these */
		return TREAT_SHARE;
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_LPM_TRIE:
		return TREAT_COPY;
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		return TREAT_EMPTY;
	default:
		return TREAT_REFUSE;
	}
}

/* --- finding the map of the running program */

/*
 * libbpf prefixes names of data sections with the file's name, and the kernel
 * truncates names.
 */
static bool is_same_name(const char *in_file, const char *in_kernel)
{
	const char *section = strchr(in_file, '.');
	const char *loaded = strchr(in_kernel, '.');

	if (section && loaded)
		return !strncmp(section, loaded, strlen(loaded)) &&
		       (in_kernel == loaded) == (in_file == section);
	return !section && !loaded &&
	       !strncmp(in_file, in_kernel, BPF_OBJ_NAME_LEN - 1);
}

/* Returns an fd, or a negative errno. */
static int running_map(const struct twin *twin, const struct bpf_map *map,
		       struct bpf_map_info *info)
{
	for (uint32_t i = 0; i < twin->running.maps; i++) {
		int fd = bpf_map_get_fd_by_id(twin->running.map_ids[i]);
		__u32 size = sizeof(*info);

		if (fd < 0)
			continue;
		*info = (struct bpf_map_info){ 0 };
		if (bpf_obj_get_info_by_fd(fd, info, &size) == 0 &&
		    info->type == bpf_map__type(map) &&
		    is_same_name(bpf_map__name(map), info->name))
			return fd;
		close(fd);
	}
	return -ENOENT;
}

/* --- before loading */

static bool has_constants(const struct twin *twin, const char *name,
			  size_t size)
{
	const struct bpf_map *map =
		bpf_object__find_map_by_name(twin->object, name);

	return map && bpf_map__value_size(map) == size;
}

/*
 * A program that shares sets, flows or limits, and may not be told to leave
 * them alone.
 */
static bool may_change_shared(const struct twin *twin,
			      const struct bpf_map_info *info)
{
	return (is_sets(info) &&
		!has_constants(twin, SETS_OF_POLICY,
			       sizeof(struct tg_policy_sets))) ||
	       (is_flows(info) &&
		!has_constants(twin, FLOWS_OF_POLICY,
			       sizeof(struct tg_policy_flows))) ||
	       (is_limits(info) &&
		!has_constants(twin, LIMITS_OF_POLICY,
			       sizeof(struct tg_policy_limits)));
}

static int choose_map(struct twins *twins, struct twin *twin,
		      struct bpf_map *map, const struct bpf_map_info *info,
		      int fd)
{
	switch (may_change_shared(twin, info) ? TREAT_REFUSE
					      : treatment_of(info)) {
	case TREAT_CHAIN:
		return bpf_map__reuse_fd(map, twins->array);
	case TREAT_FREEZE:
		return twin_freeze_sets(map, fd);
	case TREAT_FREEZE_FLOWS:
		return twin_freeze_flows(twins, map, fd);
	case TREAT_FREEZE_LIMITS:
		return twin_freeze_limits(map, fd);
	case TREAT_SHARE:
		return bpf_map__reuse_fd(map, fd);
	case TREAT_COUNT:
		bpf_map__set_type(map, BPF_MAP_TYPE_ARRAY);
		bpf_map__set_map_flags(map, BPF_F_MMAPABLE);
		return bpf_map__set_max_entries(map, info->max_entries);
	case TREAT_COPY:
	case TREAT_EMPTY:
		return bpf_map__set_max_entries(map, info->max_entries);
	case TREAT_REFUSE:
		break;
	}
	return twins_refuse(twins,
			    "'%s' uses the map %s, which cannot be copied, so "
			    "it cannot be run apart from traffic",
			    twin->plugin, bpf_map__name(map));
}

int twin_maps_choose(struct twins *twins, struct twin *twin)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map (map, twin->object) {
		struct bpf_map_info info;
		int fd = running_map(twin, map, &info);

		bpf_map__set_pin_path(map, NULL);
		if (fd < 0) { /* a map of another hook's program */
			bpf_map__set_autocreate(map, false);
			continue;
		}
		err = choose_map(twins, twin, map, &info, fd);
		close(fd);
		if (err)
			break;
	}
	return err;
}

/* --- after loading */

static size_t value_size_of(const struct bpf_map_info *info)
{
	size_t aligned = (info->value_size + 7) / 8 * 8;

	switch (info->type) {
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		return aligned * libbpf_num_possible_cpus();
	default:
		return info->value_size;
	}
}

/* Bounded, as entries may be added during the copy. */
static int copy_entries(int from, int to, const struct bpf_map_info *info)
{
	char *key = malloc(info->key_size),
	     *value = malloc(value_size_of(info));
	void *previous = NULL;
	int err = key && value ? 0 : -ENOMEM;

	for (__u64 n = 0; !err && n < 2ULL * info->max_entries; n++) {
		if (bpf_map_get_next_key(from, previous, key) < 0)
			break;
		previous = key;
		if (bpf_map_lookup_elem(from, key, value) < 0)
			continue;
		if (bpf_map_update_elem(to, key, value, BPF_ANY) < 0)
			err = -errno;
	}
	free(key);
	free(value);
	return err;
}

static int map_counters(struct twin *twin, int fd,
			const struct bpf_map_info *info)
{
	struct tg_counter *cells =
		mmap(NULL, (size_t)info->max_entries * info->value_size,
		     PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (cells == MAP_FAILED)
		return -errno;
	if (strcmp(info->name, RULE_COUNTERS)) {
		twin->counters = cells;
		return 0;
	}
	twin->rules = cells;
	twin->rule_count = info->max_entries * TG_RULES_IN_BLOCK;
	twin->hits = calloc(twin->rule_count, sizeof(*twin->hits));
	return twin->hits ? 0 : -ENOMEM;
}

static int fill_map(struct twin *twin, struct bpf_map *map)
{
	struct bpf_map_info running, own = { 0 };
	__u32 size = sizeof(own);
	int fd = bpf_map__fd(map), from, err = 0;

	/* libbpf 1.5 returns an fd even for maps that are not created */
	if (fd < 0 || !bpf_map__autocreate(map))
		return 0;
	if (bpf_obj_get_info_by_fd(fd, &own, &size) < 0)
		return -errno;
	if (is_counters(&own, BPF_MAP_TYPE_ARRAY))
		return map_counters(twin, fd, &own);
	from = running_map(twin, map, &running);
	if (from < 0)
		return 0;
	if (treatment_of(&running) == TREAT_COPY)
		err = copy_entries(from, fd, &running);
	close(from);
	return err;
}

static int read_rules(struct twin *twin, bool expand)
{
	struct bpf_map *map =
		bpf_object__find_map_by_name(twin->object, RULE_TEXT);
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info), key = 0;
	char *section;
	int err;

	if (!twin->rules || !map)
		return 0;
	if (bpf_obj_get_info_by_fd(bpf_map__fd(map), &info, &size) < 0)
		return -errno;
	section = calloc(1, (size_t)info.value_size + 1);
	if (!section)
		return -ENOMEM;
	if (bpf_map_lookup_elem(bpf_map__fd(map), &key, section) < 0)
		err = -errno;
	else
		err = rule_lines_parse(&twin->texts, section, expand);
	if (!twin->texts.text)
		free(section);
	return err;
}

/* NULL: it has none of that name. */
static const struct bpf_map *own_map(const struct twin *twin, const char *name)
{
	const struct bpf_map *map =
		bpf_object__find_map_by_name(twin->object, name);

	return map && bpf_map__autocreate(map) ? map : NULL;
}

/* Only a policy that was built for live facts has both maps. */
static int open_sets(struct twin *twin)
{
	const struct bpf_map *map = own_map(twin, SETS);
	const struct bpf_map *constants = own_map(twin, SETS_OF_POLICY);
	struct tg_policy_sets of_policy;
	__u32 key = 0;

	if (!twin->texts.text || !map || !constants)
		return 0;
	if (bpf_map_lookup_elem(bpf_map__fd(constants), &key, &of_policy) < 0)
		return -errno;
	twin->sets = calloc(1, sizeof(*twin->sets));
	return twin->sets ? live_sets_open(twin->sets, &of_policy,
					   bpf_map__fd(map), &twin->texts)
			  : -ENOMEM;
}

static int open_flows(struct twin *twin)
{
	const struct bpf_map *map = own_map(twin, FLOW_MAP);
	const struct bpf_map *constants = own_map(twin, FLOWS_OF_POLICY);
	const struct bpf_map *room = own_map(twin, ROOM);
	struct tg_policy_flows of_policy;
	__u32 key = 0;

	if (!map || !constants || !room)
		return 0;
	if (bpf_map_lookup_elem(bpf_map__fd(constants), &key, &of_policy) < 0)
		return -errno;
	if (!of_policy.is_used)
		return 0;
	twin->flows = calloc(1, sizeof(*twin->flows));
	return twin->flows ? live_flows_open(twin->flows, bpf_map__fd(map),
					     bpf_map__fd(room))
			   : -ENOMEM;
}

static int open_limits(struct twin *twin)
{
	const struct bpf_map *map = own_map(twin, LIMIT_MAP);
	const struct bpf_map *constants = own_map(twin, LIMITS_OF_POLICY);
	const struct bpf_map *room = own_map(twin, ROOM);
	struct tg_policy_limits of_policy;
	__u32 key = 0;

	if (!map || !constants || !room)
		return 0;
	if (bpf_map_lookup_elem(bpf_map__fd(constants), &key, &of_policy) < 0)
		return -errno;
	if (!of_policy.count)
		return 0;
	twin->limits = calloc(1, sizeof(*twin->limits));
	return twin->limits ? live_limits_open(twin->limits, bpf_map__fd(map),
					       bpf_map__fd(room))
			    : -ENOMEM;
}

int twin_maps_fill(struct twin *twin, bool expand)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map (map, twin->object) {
		err = fill_map(twin, map);
		if (err)
			return err;
	}
	err = read_rules(twin, expand);
	if (!err)
		err = open_sets(twin);
	if (!err)
		err = open_flows(twin);
	return err ? err : open_limits(twin);
}

void twin_maps_free(struct twin *twin)
{
	if (twin->counters)
		munmap(twin->counters, TG_COUNTERS * sizeof(*twin->counters));
	if (twin->rules)
		munmap(twin->rules, twin->rule_count * sizeof(*twin->rules));
	free(twin->hits);
	if (twin->sets)
		live_sets_close(twin->sets);
	free(twin->sets);
	twin->sets = NULL;
	if (twin->flows)
		live_flows_close(twin->flows);
	free(twin->flows);
	twin->flows = NULL;
	if (twin->limits)
		live_limits_close(twin->limits);
	free(twin->limits);
	twin->limits = NULL;
	rule_lines_free(&twin->texts);
	twin->counters = twin->rules = NULL;
	twin->hits = NULL;
	twin->hit_count = 0;
}
