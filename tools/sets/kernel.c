// SPDX-License-Identifier: GPL-2.0-only
/* The pinned map, its lock, and the table in force. */
#include "kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "kernel_table.h"
#include "lib/pinned_map.h"

static const char *words_for(int err)
{
	switch (err) {
	case -EPROTO:
		return "is not a map of sets of this version: detach and "
		       "attach again";
	case -ENODATA:
		return "there are no sets: no policy that was applied declares "
		       "one";
	default:
		return strerror(-err);
	}
}

int set_map_fail(const struct set_map *map, int err)
{
	return pin_fail(map->pin, words_for(err), err);
}

/* --- the table in force */

/* -ENODATA: tc has made the map for a program whose policy has no sets. */
static int map_now(struct set_map *map)
{
	uint32_t id = 0, place = TG_SET_NOW;
	int fd, err;

	if (bpf_map_lookup_elem(map->outer, &place, &id) == 0 && id == map->id)
		return 0;
	set_table_unmap(&map->now);
	map->id = 0;
	fd = inner_map_open(map->outer, TG_SET_NOW, &id);
	if (fd < 0)
		return fd == -ENOENT ? -ENODATA : fd;
	err = set_table_map(&map->now, fd, map->flags);
	close(fd);
	if (!err && !set_table_is_sound(&map->now)) {
		set_table_unmap(&map->now);
		err = -EPROTO;
	}
	if (!err)
		map->id = id;
	return err;
}

bool set_map_is_empty(const struct set_map *map)
{
	uint32_t place = TG_SET_NOW, id;

	return bpf_map_lookup_elem(map->outer, &place, &id) < 0;
}

static void remove_next(const struct set_map *map)
{
	uint32_t place = TG_SET_NEXT, id;

	if (bpf_map_lookup_elem(map->outer, &place, &id) == 0)
		bpf_map_delete_elem(map->outer, &place);
}

/* --- the pin and its lock */

static int check_outer(int fd, uint32_t *id)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	*id = info.id;
	return info.type == BPF_MAP_TYPE_ARRAY_OF_MAPS &&
			       info.max_entries == TG_SET_PLACES
		       ? 0
		       : -EPROTO;
}

static int open_outer(struct set_map *map)
{
	int err;

	map->outer = bpf_obj_get(map->pin);
	if (map->outer < 0)
		return errno == ENOENT ? -ENOENT : set_map_fail(map, -errno);
	err = check_outer(map->outer, &map->outer_id);
	return err ? set_map_fail(map, err) : 0;
}

int set_map_open(struct set_map *map, const char *pin, unsigned int flags)
{
	*map = (struct set_map){
		.pin = pin, .directory = -1, .outer = -1, .flags = flags
	};
	map->directory = pin_open_folder(pin);
	if (map->directory < 0) {
		set_map_fail(map, map->directory);
		return -ENOTDIR; /* -ENOENT is about the pin */
	}
	return open_outer(map);
}

int set_map_reopen(struct set_map *map)
{
	int err;

	if (map->outer >= 0)
		close(map->outer);
	err = open_outer(map);
	if (err)
		return err;
	err = map_now(map);
	return err && err != -ENODATA ? set_map_fail(map, err) : err;
}

void set_map_close(struct set_map *map)
{
	set_table_unmap(&map->now);
	map->id = 0;
	if (map->outer >= 0)
		close(map->outer);
	if (map->directory >= 0)
		close(map->directory);
	map->outer = map->directory = -1;
}

void set_map_adopt(struct set_map *map, int outer)
{
	*map = (struct set_map){ .directory = -1,
				 .outer = outer,
				 .flags = SET_TO_LOOK };
}

int set_map_look(struct set_map *map)
{
	return map_now(map);
}

void set_map_release(struct set_map *map)
{
	set_table_unmap(&map->now);
	map->id = 0;
}

static int wait_for_lock(const struct set_map *map)
{
	return pin_lock_folder(map->directory, map->pin,
			       map->flags & SET_TO_WRITE);
}

int set_map_wait(struct set_map *map)
{
	int err = wait_for_lock(map);

	return err ? set_map_fail(map, err) : 0;
}

/* Whether the map is what is pinned there now. */
static bool is_pinned(const struct set_map *map)
{
	int fd = bpf_obj_get(map->pin);
	uint32_t id = 0;

	if (fd < 0)
		return false;
	if (check_outer(fd, &id) < 0)
		id = 0;
	close(fd);
	return id == map->outer_id;
}

static int open_again(struct set_map *map)
{
	const char *pin = map->pin;
	unsigned int flags = map->flags;
	int err;

	set_map_close(map);
	err = set_map_open(map, pin, flags);
	if (err == -ENOENT)
		fprintf(stderr, "%s: %s: there are no sets any more\n",
			program_invocation_short_name, pin);
	return err;
}

int set_map_lock(struct set_map *map)
{
	int err = wait_for_lock(map);

	while (!err && map->outer >= 0 && !is_pinned(map)) {
		err = open_again(map);
		if (err)
			return err;
		err = wait_for_lock(map);
	}
	if (!err && map->outer >= 0) {
		if (map->flags & SET_TO_WRITE)
			remove_next(map);
		err = map_now(map);
	}
	return err ? set_map_fail(map, err) : 0;
}

void set_map_unlock(struct set_map *map)
{
	flock(map->directory, LOCK_UN);
}

/* --- making maps */

int set_next_make(const struct set_map *map, const struct set_shape *shape,
		  struct set_next *next)
{
	uint32_t lines = set_shape_size(shape), secret[TG_SET_SECRETS];
	int err;

	*next = (struct set_next){ .fd = -1 };
	if (!lines) {
		fprintf(stderr,
			"%s: %s: the sets are too large: a table of all "
			"has 1 GiB at most\n",
			program_invocation_short_name, map->pin);
		return -E2BIG;
	}
	err = random_secret(secret, TG_SET_SECRETS);
	secret[TG_SET_SECRETS - 1] |= 1; /* it is the factor of a word */
	if (!err) {
		next->fd = set_table_create(lines);
		err = next->fd < 0 ? next->fd : 0;
	}
	if (!err)
		err = set_table_map(&next->table, next->fd, SET_TO_WRITE);
	if (err) {
		set_next_close(next);
		return set_map_fail(map, err);
	}
	set_table_format(&next->table, shape, secret);
	return 0;
}

void set_next_close(struct set_next *next)
{
	set_table_unmap(&next->table);
	if (next->fd >= 0)
		close(next->fd);
	next->fd = -1;
}

static int put(const struct set_map *map, uint32_t place, int fd)
{
	if (bpf_map_update_elem(map->outer, &place, &fd, BPF_ANY) < 0)
		return set_map_fail(map, -errno);
	return 0;
}

int set_next_announce(const struct set_map *map, const struct set_next *next)
{
	return put(map, TG_SET_NEXT, next->fd);
}

void set_next_withdraw(const struct set_map *map, struct set_next *next)
{
	remove_next(map);
	set_next_close(next);
}

int set_next_commit(struct set_map *map, struct set_next *next)
{
	int err = put(map, TG_SET_NOW, next->fd);

	remove_next(map);
	set_next_close(next);
	return err ? err : map_now(map) ? set_map_fail(map, -EPROTO) : 0;
}

/* The table is in place before the pin. */
static int create_outer(struct set_map *map, const struct set_next *first)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .inner_map_fd = first->fd);
	int err;

	map->outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "tgs_sets",
				    sizeof(__u32), sizeof(__u32), TG_SET_PLACES,
				    &options);
	if (map->outer < 0)
		return set_map_fail(map, -errno);
	err = put(map, TG_SET_NOW, first->fd);
	if (!err && bpf_obj_pin(map->outer, map->pin) < 0)
		err = set_map_fail(map, -errno);
	return err;
}

int set_map_create(struct set_map *map, const struct set_next *first)
{
	int err = map->outer < 0 ? create_outer(map, first)
				 : put(map, TG_SET_NOW, first->fd);

	if (!err && map_now(map))
		err = set_map_fail(map, -EPROTO);
	return err;
}
