// SPDX-License-Identifier: GPL-2.0-only
#include "line_map.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "pinned_map.h"

int line_map_fail(const struct line_map *map, const struct line_kind *kind,
		  int err)
{
	char text[160];

	switch (err) {
	case -EPROTO:
		snprintf(text, sizeof(text),
			 "is not a table of %s of this version: detach and "
			 "attach again",
			 kind->noun);
		break;
	case -ENODATA:
		snprintf(text, sizeof(text),
			 "no tool has prepared it: '%s prepare' does",
			 kind->tool);
		break;
	default:
		snprintf(text, sizeof(text), "%s", strerror(-err));
	}
	return pin_fail(map->pin, text, err);
}

/* --- memory */

static int map_lines(struct line_map *map, uint32_t lines, bool is_writable)
{
	map->lines = lines;
	map->start =
		array_memory(map->fd, (size_t)lines * LINE_SIZE, is_writable);
	return map->start ? 0 : -errno;
}

static int check_map(int fd, const struct line_kind *kind, uint32_t *lines)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	*lines = info.max_entries;
	return info.type == BPF_MAP_TYPE_ARRAY && info.key_size == 4 &&
			       info.value_size == LINE_SIZE &&
			       info.map_flags == BPF_F_MMAPABLE &&
			       info.max_entries >= kind->lines_min
		       ? 0
		       : -EPROTO;
}

/* --- the map */

int line_map_open(struct line_map *map, const struct line_kind *kind,
		  const char *pin, bool is_writable)
{
	uint32_t lines;
	int err;

	*map = (struct line_map){ .pin = pin, .folder = -1, .fd = -1 };
	map->folder = is_writable ? pin_open_folder_locked(pin)
				  : pin_open_folder(pin);
	if (map->folder < 0) {
		line_map_fail(map, kind, map->folder);
		return -ENOTDIR; /* -ENOENT is about the pin */
	}
	map->fd = bpf_obj_get(pin);
	if (map->fd < 0)
		return errno == ENOENT ? -ENOENT
				       : line_map_fail(map, kind, -errno);
	err = check_map(map->fd, kind, &lines);
	if (!err)
		err = map_lines(map, lines, is_writable);
	return err ? line_map_fail(map, kind, err) : 0;
}

void line_map_close(struct line_map *map)
{
	if (map->start)
		munmap(map->start, (size_t)map->lines * LINE_SIZE);
	if (map->fd >= 0)
		close(map->fd);
	if (map->folder >= 0)
		close(map->folder);
	*map = (struct line_map){ .folder = -1, .fd = -1 };
}

int line_map_head(int fd, const struct line_kind *kind, void *line,
		  uint32_t *lines)
{
	uint32_t first = 0;
	int err = check_map(fd, kind, lines);

	if (!err && bpf_map_lookup_elem(fd, &first, line) < 0)
		err = -errno;
	return err;
}

int line_map_look(struct line_map *map, int fd, uint32_t lines)
{
	int err;

	*map = (struct line_map){ .folder = -1, .fd = fd };
	err = map_lines(map, lines, false);
	map->fd = -1;
	return err;
}

int line_map_create(struct line_map *map, const struct line_kind *kind,
		    uint32_t lines, const char *wish)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	int err;

	map->fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, kind->name, sizeof(__u32),
				 LINE_SIZE, lines, &options);
	if (map->fd < 0 && errno == ENOMEM) {
		fprintf(stderr,
			"%s: %s: a table for %s needs %llu MiB, and the "
			"kernel has no room for it: --%s says fewer\n",
			program_invocation_short_name, map->pin, wish,
			(unsigned long long)lines * LINE_SIZE >> 20,
			kind->noun);
		return -ENOMEM;
	}
	if (map->fd < 0)
		return line_map_fail(map, kind, -errno);
	err = map_lines(map, lines, true);
	return err ? line_map_fail(map, kind, err) : 0;
}

int line_map_pin(struct line_map *map, const struct line_kind *kind)
{
	if (bpf_obj_pin(map->fd, map->pin) < 0)
		return line_map_fail(map, kind, -errno);
	return 0;
}
