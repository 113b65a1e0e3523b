// SPDX-License-Identifier: GPL-2.0-only
#include "kernel_table.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "kernel.h"
#include "lib/pinned_map.h"

/* A table with fewer lines to spare gets more of them, instead of sweeps. */
#define SPARE_PART 16

int set_table_create(uint32_t lines)
{
	LIBBPF_OPTS(bpf_map_create_opts, options,
		    .map_flags = BPF_F_MMAPABLE | BPF_F_INNER_MAP);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "tgs_table", sizeof(__u32),
				TG_SET_BLOCK, lines / TG_SET_BLOCK_LINES,
				&options);

	return fd < 0 ? -errno : fd;
}

/* All lines at once, or each part when it is touched. */
static int map_lines(struct set_memory *memory, int fd, unsigned int flags)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t size = (size_t)memory->lines * TG_SET_LINE;

	size = (size + page - 1) / page * page;
	if (flags & SET_TO_LOOK) {
		memory->windows =
			set_windows_open(fd, size, flags & SET_TO_WRITE);
		if (!memory->windows)
			return -errno;
		memory->start = set_windows_start(memory->windows);
		return 0;
	}
	memory->start = array_memory(fd, size, flags & SET_TO_WRITE);
	return memory->start ? 0 : -errno;
}

/* Maps the lines of a table; -EPROTO if they are not those of one. */
int set_table_map(struct set_table *table, int fd, unsigned int flags)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	struct set_memory memory = { 0 };
	int err;

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY ||
	    info.value_size != TG_SET_BLOCK ||
	    info.max_entries > TG_SET_LINES_MAX / TG_SET_BLOCK_LINES)
		return -EPROTO;
	memory.lines = info.max_entries * TG_SET_BLOCK_LINES;
	err = map_lines(&memory, fd, flags);
	if (err)
		return err;
	table->memory = memory;
	table->trie = (struct trie){
		.memory = &table->memory,
		.spare_lines = memory.lines / SPARE_PART,
	};
	return 0;
}

void set_table_unmap(struct set_table *table)
{
	set_table_close(table);
	if (table->memory.windows)
		set_windows_close(table->memory.windows);
	else if (table->memory.start)
		munmap(table->memory.start,
		       (size_t)table->memory.lines * TG_SET_LINE);
	table->memory = (struct set_memory){ 0 };
}
