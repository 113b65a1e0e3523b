// SPDX-License-Identifier: GPL-2.0-only
#include "loaded_rules.h"

#include <errno.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "policy_table.h"
#include "lib/program.h"

/* counter blocks per lookup call */
#define BATCH 64

int slot_program(const char *array, uint32_t slot, uint32_t *id)
{
	int fd = bpf_obj_get(array);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (bpf_map_lookup_elem(fd, &slot, id) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int map_info(int fd, struct bpf_map_info *info)
{
	__u32 size = sizeof(*info);

	*info = (struct bpf_map_info){ 0 };
	return bpf_obj_get_info_by_fd(fd, info, &size) < 0 ? -errno : 0;
}

static bool is_text(const struct bpf_map_info *info)
{
	return info->type == BPF_MAP_TYPE_ARRAY && info->max_entries == 1;
}

/* Another value size means that another version made the map. */
static bool is_counters(const struct bpf_map_info *info)
{
	return info->type == BPF_MAP_TYPE_PERCPU_ARRAY &&
	       info->value_size == sizeof(struct tg_rule_block);
}

/* The names of the maps are those of progs/policy.bpf.c. */
static const struct {
	const char *pin, *name;
	bool (*fits)(const struct bpf_map_info *info);
} maps[LOADED_MAPS] = {
	[LOADED_TEXT] = { "text", ".rodata.rules", is_text },
	[LOADED_COUNTERS] = { "counts", "tgp_rules", is_counters },
};

static bool is_map(int fd, int map)
{
	struct bpf_map_info info;

	return !map_info(fd, &info) && !strcmp(info.name, maps[map].name) &&
	       maps[map].fits(&info);
}

static void open_none(struct loaded_rules *loaded)
{
	for (int i = 0; i < LOADED_MAPS; i++)
		loaded->maps[i] = -1;
}

static bool has_all_maps(const struct loaded_rules *loaded)
{
	for (int i = 0; i < LOADED_MAPS; i++) {
		if (loaded->maps[i] < 0)
			return false;
	}
	return true;
}

/* Keeps the fd if it is one of the maps, or closes it. */
static void keep_or_close_map(struct loaded_rules *loaded, int fd)
{
	for (int i = 0; i < LOADED_MAPS; i++) {
		if (loaded->maps[i] < 0 && is_map(fd, i)) {
			loaded->maps[i] = fd;
			return;
		}
	}
	close(fd);
}

static uint32_t version_of(const struct program *program)
{
	uint32_t version = 0;

	program_constant(program, "tg_policy.version", &version);
	return version;
}

uint32_t loaded_rules_version(uint32_t id)
{
	struct program program;

	return program_read(&program, id) ? 0 : version_of(&program);
}

int loaded_rules_open(struct loaded_rules *loaded, uint32_t id)
{
	struct program program;
	int err = program_read(&program, id);

	open_none(loaded);
	if (!err && version_of(&program) != TG_POLICY_VERSION)
		err = -EPROTO;
	for (uint32_t i = 0; !err && i < program.maps; i++) {
		int fd = bpf_map_get_fd_by_id(program.map_ids[i]);

		if (fd < 0)
			err = -errno;
		else
			keep_or_close_map(loaded, fd);
	}
	if (!err && !has_all_maps(loaded))
		err = -EPROTO;
	if (err)
		loaded_rules_close(loaded);
	return err;
}

void loaded_rules_close(struct loaded_rules *loaded)
{
	for (int i = 0; i < LOADED_MAPS; i++) {
		if (loaded->maps[i] >= 0)
			close(loaded->maps[i]);
	}
	open_none(loaded);
}

/* --- pins */

static int pin_path(char *path, const char *folder, int map)
{
	int size = snprintf(path, PATH_MAX, "%s/%s", folder, maps[map].pin);

	return size < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int loaded_rules_open_pins(struct loaded_rules *loaded, const char *folder)
{
	char path[PATH_MAX];
	int err = 0;

	open_none(loaded);
	for (int i = 0; !err && i < LOADED_MAPS; i++) {
		err = pin_path(path, folder, i);
		if (!err)
			loaded->maps[i] = bpf_obj_get(path);
	}
	if (!err && !has_all_maps(loaded))
		err = -ENOENT;
	for (int i = 0; !err && i < LOADED_MAPS; i++) {
		if (!is_map(loaded->maps[i], i))
			err = -EPROTO;
	}
	if (err)
		loaded_rules_close(loaded);
	return err;
}

int loaded_rules_pin(const struct loaded_rules *loaded, const char *folder)
{
	char path[PATH_MAX];
	int err = 0;

	for (int i = 0; !err && i < LOADED_MAPS; i++) {
		err = pin_path(path, folder, i);
		if (!err && bpf_obj_pin(loaded->maps[i], path) < 0 &&
		    errno != EEXIST)
			err = -errno;
	}
	return err;
}

void loaded_rules_unpin(const char *folder)
{
	char path[PATH_MAX];

	for (int i = LOADED_MAPS - 1; i >= 0; i--) {
		if (!pin_path(path, folder, i))
			unlink(path);
	}
}

/* --- reading */

char *rule_text_copy(const char *section, size_t size)
{
	char *copy;

	if (!strnlen(section, size))
		return strdup("-:0\tdefault next\n");
	copy = strndup(section, size);
	return copy;
}

int loaded_rules_read(const struct loaded_rules *loaded,
		      struct rule_lines *rules, bool expand)
{
	struct bpf_map_info info;
	__u32 key = 0;
	char *section, *text = NULL;
	int err = map_info(loaded->maps[LOADED_TEXT], &info);

	*rules = (struct rule_lines){ 0 };
	if (err)
		return err;
	section = malloc(info.value_size);
	if (!section)
		return -ENOMEM;
	if (bpf_map_lookup_elem(loaded->maps[LOADED_TEXT], &key, section) < 0)
		err = -errno;
	else
		text = rule_text_copy(section, info.value_size);
	free(section);
	if (!err && !text)
		err = -ENOMEM;
	return err ? err : rule_lines_parse(rules, text, expand);
}

/* Adds one CPU's counts of a block of rules. */
static void add_block(struct rule_lines *rules, __u32 number,
		      const struct tg_rule_block *block)
{
	size_t first = (size_t)number * TG_RULES_IN_BLOCK;

	for (size_t i = 0; i < TG_RULES_IN_BLOCK && first + i < rules->count;
	     i++) {
		struct tg_counter *sum = &rules->lines[first + i].count;

		sum->packets += block->rules[i].packets;
		sum->bytes += block->rules[i].bytes;
	}
}

static void add_batch(struct rule_lines *rules, const __u32 *keys, __u32 count,
		      const struct tg_rule_block *blocks, int cpus)
{
	for (__u32 i = 0; i < count; i++) {
		for (int cpu = 0; cpu < cpus; cpu++)
			add_block(rules, keys[i],
				  &blocks[(size_t)i * cpus + cpu]);
	}
}

static int read_batches(int fd, struct rule_lines *rules, __u32 *keys,
			struct tg_rule_block *blocks, int cpus)
{
	LIBBPF_OPTS(bpf_map_batch_opts, options);
	__u32 position = 0, *from = NULL, done = 0;

	while (done < TG_RULE_BLOCKS(rules->count)) {
		__u32 count = BATCH;
		int failed = bpf_map_lookup_batch(fd, from, &position, keys,
						  blocks, &count, &options);

		if (failed < 0 && errno != ENOENT)
			return -errno;
		add_batch(rules, keys, count, blocks, cpus);
		done += count;
		if (failed < 0)
			break;
		from = &position;
	}
	return 0;
}

int loaded_rules_count(const struct loaded_rules *loaded,
		       struct rule_lines *rules)
{
	int cpus = libbpf_num_possible_cpus();
	struct tg_rule_block *blocks;
	__u32 *keys;
	int err = -ENOMEM;

	if (cpus < 0)
		return cpus;
	blocks = calloc((size_t)BATCH * cpus, sizeof(*blocks));
	keys = calloc(BATCH, sizeof(*keys));
	if (blocks && keys)
		err = read_batches(loaded->maps[LOADED_COUNTERS], rules, keys,
				   blocks, cpus);
	free(blocks);
	free(keys);
	return err;
}
