// SPDX-License-Identifier: GPL-2.0-only
#include "rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "lib/program.h"
#include "lib/vec.h"
#include "policy_table.h"

/* Maps of a policy, by the names of their sections. */
#define LIMITS ".rodata.limits"
#define TABLES ".rodata.policy"

/* --- maps of a program */

static uint32_t map_id(int map)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(map, &info, &size) < 0 ? 0 : info.id;
}

static bool uses_map(const struct program *program, uint32_t id)
{
	for (uint32_t i = 0; i < program->maps; i++)
		if (program->map_ids[i] == id)
			return true;
	return false;
}

/*
 * A copy of the only value of the map that has this name. NULL if there is
 * none, or on failure.
 */
static void *read_section(const struct program *program, const char *name,
			  size_t *size)
{
	void *value = NULL;

	for (uint32_t i = 0; !value && i < program->maps; i++) {
		int map = bpf_map_get_fd_by_id(program->map_ids[i]);
		struct bpf_map_info info = { 0 };
		__u32 info_size = sizeof(info), key = 0;

		if (map < 0)
			continue;
		if (bpf_obj_get_info_by_fd(map, &info, &info_size) == 0 &&
		    !strcmp(info.name, name))
			value = malloc(info.value_size);
		if (value && bpf_map_lookup_elem(map, &key, value) < 0) {
			free(value);
			value = NULL;
		}
		*size = info.value_size;
		close(map);
	}
	return value;
}

/* --- rules */

const struct limit_rule *limit_rules_find(const struct limit_rules *rules,
					  uint32_t name)
{
	for (size_t i = 0; i < rules->count; i++)
		if ((uint32_t)rules->list[i].limit.name == name)
			return &rules->list[i];
	return NULL;
}

static int add_rule(struct limit_rules *rules, const struct tg_limit *limit,
		    const char *place, const char *text)
{
	if (limit_rules_find(rules, limit->name))
		return 0;
	if (!vec_reserve(rules->list, rules->room, rules->count + 1))
		return -ENOMEM;
	rules->list[rules->count++] = (struct limit_rule){
		.limit = *limit,
		.place = place,
		.text = text,
	};
	return 0;
}

static int add_line(struct limit_rules *rules, const struct tg_limit *limit)
{
	const struct rule_lines *lines = &rules->lines[rules->line_count - 1];
	uint32_t number = TG_OUTCOME_RULE(limit->outcomes[TG_LIMIT_WITHIN]);

	if (number >= lines->count)
		return 0;
	return add_rule(rules, limit, lines->lines[number].place,
			lines->lines[number].rule);
}

static int add_records(struct limit_rules *rules,
		       const struct tg_policy_limits *limits,
		       const char *tables, size_t size)
{
	struct tg_limit limit;
	size_t offset = limits->records;
	int err = 0;

	for (uint32_t i = 0; i < limits->count && !err; i++) {
		if (offset + sizeof(limit) > size)
			return -EPROTO;
		memcpy(&limit, tables + offset, sizeof(limit));
		err = add_line(rules, &limit);
		offset += sizeof(limit);
	}
	return err;
}

static int read_lines(struct limit_rules *rules, uint32_t id)
{
	struct loaded_rules loaded;
	int err;

	if (!vec_reserve(rules->lines, rules->line_room, rules->line_count + 1))
		return -ENOMEM;
	rules->lines[rules->line_count++] = (struct rule_lines){ 0 };
	err = loaded_rules_open(&loaded, id);
	if (err)
		return err;
	err = loaded_rules_read(&loaded, &rules->lines[rules->line_count - 1],
				false);
	loaded_rules_close(&loaded);
	return err;
}

/* As in progs/limit.bpf.c. */
#define PLUGIN_NAME 0x6c696d6974

enum plugin_constant {
	PLUGIN_RATE,
	PLUGIN_BURST,
	PLUGIN_LENGTH4,
	PLUGIN_LENGTH6,
	PLUGIN_CONSTANTS,
};

/* The plugin 'limit' has constants in place of rules. */
static int read_plugin(struct limit_rules *rules, const struct program *program)
{
	static const char *const names[] = {
		[PLUGIN_RATE] = "limit_rate",
		[PLUGIN_BURST] = "limit_burst",
		[PLUGIN_LENGTH4] = "limit_length4",
		[PLUGIN_LENGTH6] = "limit_length6",
	};
	struct tg_limit limit = {
		.name = PLUGIN_NAME,
		.beyond = TG_LIMIT_BURST_MAX,
		.per = TG_LIMIT_PER_FROM,
	};
	uint32_t values[PLUGIN_CONSTANTS];
	bool found[PLUGIN_CONSTANTS];

	if (program_constants(program, PLUGIN_CONSTANTS, names, values, found))
		return 0;
	for (int i = 0; i < PLUGIN_CONSTANTS; i++)
		if (!found[i])
			return 0;
	limit.price = TG_LIMIT_SECOND /
		      (values[PLUGIN_RATE] ? values[PLUGIN_RATE] : 1);
	limit.burst = limit.price * values[PLUGIN_BURST];
	limit.length4 = values[PLUGIN_LENGTH4];
	limit.length6 = values[PLUGIN_LENGTH6];
	return add_rule(rules, &limit, "-:0", "the plugin 'limit'");
}

/* A program that is no policy of this version has no rules to list. */
static int read_program(struct limit_rules *rules,
			const struct program *program)
{
	size_t limits_size = 0, tables_size = 0;
	struct tg_policy_limits *limits =
		read_section(program, LIMITS, &limits_size);
	void *tables = NULL;
	int err = 0;

	if (limits && limits_size == sizeof(*limits) && limits->count)
		tables = read_section(program, TABLES, &tables_size);
	if (tables)
		err = read_lines(rules, program->id);
	if (tables && !err)
		err = add_records(rules, limits, tables, tables_size);
	else if (!tables)
		err = read_plugin(rules, program);
	free(limits);
	free(tables);
	return err == -ENOMEM ? err : 0;
}

int limit_rules_read(struct limit_rules *rules, int map)
{
	uint32_t map_is = map_id(map), id = 0;
	struct program program;
	int err = 0;

	*rules = (struct limit_rules){ 0 };
	while (!err && bpf_prog_get_next_id(id, &id) == 0)
		if (!program_read(&program, id) && uses_map(&program, map_is))
			err = read_program(rules, &program);
	return err;
}

void limit_rules_free(struct limit_rules *rules)
{
	for (size_t i = 0; i < rules->line_count; i++)
		rule_lines_free(&rules->lines[i]);
	free(rules->lines);
	free(rules->list);
	*rules = (struct limit_rules){ 0 };
}
