// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "change.h"
#include "lib/kernel_tick.h"
#include "lib/pinned_map.h"

static const char *words_for(int err)
{
	switch (err) {
	case -EPROTO:
		return "is not a table of flows of this version: detach and "
		       "attach again";
	case -ENODATA:
		return "no tool has prepared it: 'tg-flows prepare' does";
	default:
		return strerror(-err);
	}
}

int flow_map_fail(const struct flow_map *map, int err)
{
	return pin_fail(map->pin, words_for(err), err);
}

uint64_t flow_map_size(uint32_t flows)
{
	return (uint64_t)TG_FLOW_LINES(TG_FLOW_BUCKETS(flows)) * TG_FLOW_LINE;
}

/* --- memory */

static int map_lines(struct flow_map *map, uint32_t lines, bool is_writable)
{
	map->memory.lines = lines;
	map->memory.start = array_memory(map->fd, (size_t)lines * TG_FLOW_LINE,
					 is_writable);
	return map->memory.start ? 0 : -errno;
}

static void unmap_lines(struct flow_map *map)
{
	if (map->memory.start)
		munmap(map->memory.start,
		       (size_t)map->memory.lines * TG_FLOW_LINE);
	map->memory = (struct flow_memory){ 0 };
}

/* The version is written last: programs find no flow before. */
static int format_table(struct flow_map *map, uint32_t flows)
{
	struct tg_flow_head *head = flow_head(&map->memory);
	uint32_t lines = map->memory.lines;
	int err = random_secret(head->secret, TG_FLOW_SECRETS);

	if (err)
		return err;
	head->lines = lines;
	head->buckets = (lines - TG_FLOW_FIRST_BUCKET) /
			(TG_FLOW_LINES(1) - TG_FLOW_LINES(0));
	head->tick = kernel_tick();
	head->flows = flows ? flows : flow_table_room(head->buckets);
	__atomic_store_n(&head->version, TG_FLOW_VERSION, __ATOMIC_RELEASE);
	return 0;
}

/* --- the map */

static int check_map(const struct flow_map *map, uint32_t *lines)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(map->fd, &info, &size) < 0)
		return -errno;
	*lines = info.max_entries;
	return info.type == BPF_MAP_TYPE_ARRAY && info.key_size == 4 &&
			       info.value_size == TG_FLOW_LINE &&
			       info.map_flags == BPF_F_MMAPABLE &&
			       info.max_entries >= TG_FLOW_LINES(1)
		       ? 0
		       : -EPROTO;
}

static int map_table(struct flow_map *map, bool is_writable)
{
	uint32_t lines;
	int err = check_map(map, &lines);

	return err ? err : map_lines(map, lines, is_writable);
}

/* The table that is pinned; a writer removes what a killed one has left. */
static int open_table(struct flow_map *map, bool is_writable)
{
	const struct tg_flow_head *head;
	int err = map_table(map, is_writable);

	if (err)
		return err;
	head = flow_head(&map->memory);
	/* tc has made the map for a program that was loaded by hand */
	if (is_writable && !head->version)
		err = format_table(map, 0);
	if (!err && !flow_head_is_sound(head, map->memory.lines))
		err = head->version ? -EPROTO : -ENODATA;
	if (!err && is_writable)
		flow_recover(&map->memory, tg_flow_now());
	return err;
}

int flow_map_open(struct flow_map *map, const char *pin, bool is_writable)
{
	int err;

	*map = (struct flow_map){ .pin = pin, .folder = -1, .fd = -1 };
	map->folder = is_writable ? pin_open_folder_locked(pin)
				  : pin_open_folder(pin);
	if (map->folder < 0) {
		flow_map_fail(map, map->folder);
		return -ENOTDIR; /* -ENOENT is about the pin */
	}
	map->fd = bpf_obj_get(pin);
	if (map->fd < 0)
		return errno == ENOENT ? -ENOENT : flow_map_fail(map, -errno);
	err = open_table(map, is_writable);
	return err ? flow_map_fail(map, err) : 0;
}

int flow_map_look(struct flow_map *map, int fd, enum flow_extent extent)
{
	struct tg_flow_head head;
	uint32_t lines, first = TG_FLOW_HEAD_LINE;
	int err;

	*map = (struct flow_map){ .folder = -1, .fd = fd };
	err = check_map(map, &lines);
	if (!err && bpf_map_lookup_elem(fd, &first, &head) < 0)
		err = -errno;
	if (!err && !flow_head_is_sound(&head, lines))
		err = head.version ? -EPROTO : -ENOENT;
	if (!err && extent == FLOW_WORDS)
		lines = TG_FLOW_FIRST_FLOW(head.buckets);
	if (!err)
		err = map_lines(map, lines, false);
	map->fd = -1;
	return err;
}

void flow_map_close(struct flow_map *map)
{
	unmap_lines(map);
	if (map->fd >= 0)
		close(map->fd);
	if (map->folder >= 0)
		close(map->folder);
	map->fd = map->folder = -1;
}

int flow_map_create(struct flow_map *map, uint32_t flows)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	uint32_t lines = TG_FLOW_LINES(TG_FLOW_BUCKETS(flows));
	int err;

	map->fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, FLOW_MAP, sizeof(__u32),
				 TG_FLOW_LINE, lines, &options);
	if (map->fd < 0 && errno == ENOMEM) {
		fprintf(stderr,
			"%s: %s: a table for %u flows needs %llu MiB, and the "
			"kernel has no room for it: --flows says fewer\n",
			program_invocation_short_name, map->pin, flows,
			(unsigned long long)flow_map_size(flows) >> 20);
		return -ENOMEM;
	}
	if (map->fd < 0)
		return flow_map_fail(map, -errno);
	err = map_lines(map, lines, true);
	if (!err)
		err = format_table(map, flows);
	return err ? flow_map_fail(map, err) : 0;
}

int flow_map_pin(struct flow_map *map)
{
	if (bpf_obj_pin(map->fd, map->pin) < 0)
		return flow_map_fail(map, -errno);
	return 0;
}
