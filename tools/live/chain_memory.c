// SPDX-License-Identifier: GPL-2.0-only
#include "chain_memory.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "lib/program.h"

#define SEEN_MAX 4096

/* global because nftw() passes no context to its callback */
static struct walk {
	struct chain_memory *memory;
	uint32_t maps[SEEN_MAX], programs[SEEN_MAX];
} walk;

static bool is_new(uint32_t *seen, uint32_t *count, uint32_t id)
{
	for (uint32_t i = 0; i < *count; i++) {
		if (seen[i] == id)
			return false;
	}
	if (*count == SEEN_MAX)
		return false;
	seen[(*count)++] = id;
	return true;
}

/* The memlock value of fdinfo, in bytes; bpf_*_info has no such field. */
static uint64_t bytes_of(int fd)
{
	char path[64], line[256];
	uint64_t bytes = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "memlock: %" SCNu64, &bytes) == 1)
			break;
	}
	if (file)
		fclose(file);
	return bytes;
}

static void add_map(uint32_t id)
{
	struct chain_memory *memory = walk.memory;
	int fd;

	if (!is_new(walk.maps, &memory->maps, id))
		return;
	fd = bpf_map_get_fd_by_id(id);
	if (fd < 0)
		return;
	memory->map_bytes += bytes_of(fd);
	close(fd);
}

static void add_program(uint32_t id)
{
	struct chain_memory *memory = walk.memory;
	struct program program;
	int fd;

	if (!is_new(walk.programs, &memory->programs, id) ||
	    program_read(&program, id))
		return;
	fd = bpf_prog_get_fd_by_id(id);
	if (fd < 0)
		return;
	memory->program_bytes += bytes_of(fd);
	close(fd);
	for (uint32_t i = 0; i < program.maps; i++)
		add_map(program.map_ids[i]);
}

static void add_slots(int fd, uint32_t entries)
{
	for (uint32_t slot = 0; slot < entries; slot++) {
		uint32_t id;

		if (!bpf_map_lookup_elem(fd, &slot, &id))
			add_program(id);
	}
}

static int visit(const char *path, const struct stat *st, int type,
		 struct FTW *place)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int fd;

	(void)st;
	(void)place;
	if (type != FTW_F)
		return 0;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return 0;
	/*
	 * bpf_map_info of a program has no meaning; programs are added by slot
	 */
	if (!bpf_obj_get_info_by_fd(fd, &info, &size) && info.max_entries) {
		add_map(info.id);
		if (info.type == BPF_MAP_TYPE_PROG_ARRAY)
			add_slots(fd, info.max_entries);
	}
	close(fd);
	return 0;
}

int chain_memory_read(struct chain_memory *memory, const char *folder,
		      const uint32_t *ids, int count)
{
	*memory = (struct chain_memory){ 0 };
	walk.memory = memory;
	for (int i = 0; i < count; i++) {
		if (ids[i])
			add_program(ids[i]);
	}
	return nftw(folder, visit, 8, FTW_PHYS) < 0 ? -errno : 0;
}
