// SPDX-License-Identifier: GPL-2.0-only
#include "rules.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/hook_names.h"
#include "live/kept_counts.h"
#include "live/rule_print.h"
#include "sample.h"

static void policy_close(struct top_policy *policy)
{
	if (policy->program) {
		loaded_rules_close(&policy->maps);
		rule_lines_free(&policy->rules);
	}
	free(policy->before);
	free(policy->kept);
	*policy = (struct top_policy){ 0 };
}

/* --- counters */

static void lines_clear(struct rule_lines *rules)
{
	for (uint32_t i = 0; i < rules->count; i++)
		rules->lines[i].count = (struct tg_counter){ 0 };
}

static int policy_count(struct top_policy *policy)
{
	lines_clear(&policy->rules);
	return loaded_rules_count(&policy->maps, &policy->rules);
}

/*
 * What the rules have inherited from the policies before: 'policy show' adds it
 * as well. A command that is at work may not have written all of it yet.
 */
static int policy_inherit(struct top_policy *policy, const struct look *look,
			  enum tg_hook hook)
{
	char folder[PATH_MAX], base[PATH_MAX];
	const struct kept_counts kept = { folder, base };
	struct rule_lines *rules = &policy->rules;
	int err;

	snprintf(folder, sizeof(folder), "%s/%s/policy_%s", LOOK_PINS_ROOT,
		 look->key, hook_name(hook));
	snprintf(base, sizeof(base), "%s/%s/%s.base", LOOK_OBJECTS_ROOT,
		 look->key, hook_name(hook));
	lines_clear(rules);
	err = kept_inherit(&kept, policy->program, rules);
	for (uint32_t i = 0; i < rules->count; i++)
		policy->kept[i] =
			err ? (struct tg_counter){ 0 } : rules->lines[i].count;
	return err == -ENOMEM ? err : 0;
}

static int policy_open(struct top_policy *policy, uint32_t program)
{
	int err = loaded_rules_open(&policy->maps, program);

	if (err)
		return err;
	policy->program = program;
	err = loaded_rules_read(&policy->maps, &policy->rules, false);
	if (err)
		return err;
	policy->before =
		calloc(policy->rules.count + 1, sizeof(*policy->before));
	policy->kept = calloc(policy->rules.count + 1, sizeof(*policy->kept));
	return policy->before && policy->kept ? 0 : -ENOMEM;
}

/* Its counters do not start now: they were there before. */
static void policy_begin(struct top_policy *policy)
{
	for (uint32_t i = 0; i < policy->rules.count; i++)
		policy->before[i] = policy->rules.lines[i].count;
}

/* --- rows */

static uint64_t rule_key(const char *device, enum tg_hook hook,
			 const struct rule_line *line)
{
	const uint64_t numbers[] = { hook, line->hash, line->occurrence,
				     line->over_of != 0 };

	return row_key(TOP_RULE, device, "", numbers, 4);
}

static int row_describe(struct top_row *row, const char *device,
			enum tg_hook hook, const struct rule_line *line,
			uint32_t number)
{
	bool has_place = strcmp(line->place, "-:0") != 0;
	char *name = strdup(line->rule);
	char *place = has_place ? strdup(line->place) : NULL;

	if (!name || (has_place && !place)) {
		free(name);
		free(place);
		return -ENOMEM;
	}
	free(row->name);
	free(row->place);
	row->name = name;
	row->place = place;
	snprintf(row->device, sizeof(row->device), "%s", device);
	row->hook = hook;
	row->is_over = line->over_of != 0;
	row->rule = row->is_over ? line->over_of : number;
	return 0;
}

static int rules_add_rows(struct top_rules *rules, struct top_rows *rows,
			  const struct look *look, enum tg_hook hook,
			  uint64_t now)
{
	struct top_policy *policy = &rules->now;

	for (uint32_t i = 0; i < policy->rules.count; i++) {
		const struct rule_line *line = &policy->rules.lines[i];
		struct top_row *row = rows_take(
			rows, TOP_RULE, rule_key(look->device, hook, line));
		struct tg_counter total = line->count, delta = line->count;

		if (!row)
			return -ENOMEM;
		if ((policy->samples == 1 || !row->name) &&
		    row_describe(row, look->device, hook, line, i))
			return -ENOMEM;
		total.packets += policy->kept[i].packets;
		total.bytes += policy->kept[i].bytes;
		delta.packets -= policy->before[i].packets;
		delta.bytes -= policy->before[i].bytes;
		row_count(row, &total, &delta, rules->time, now);
		policy->before[i] = line->count;
	}
	return 0;
}

/* What the policy before has counted since, for rules that stay. */
static int rules_add_last(struct top_rules *rules, struct top_rows *rows,
			  const struct look *look, enum tg_hook hook,
			  uint64_t now)
{
	struct top_policy *policy = &rules->last;
	const struct tg_counter none = { 0 };
	int err = policy_count(policy);

	for (uint32_t i = 0; !err && i < policy->rules.count; i++) {
		const struct rule_line *line = &policy->rules.lines[i];
		struct tg_counter delta = line->count;
		struct top_row *row =
			rows_taken(rows, rule_key(look->device, hook, line));

		delta.packets -= policy->before[i].packets;
		delta.bytes -= policy->before[i].bytes;
		policy->before[i] = line->count;
		if (row)
			row_count(row, &none, &delta, rules->time, now);
	}
	return err;
}

/* --- a sample */

static uint64_t loaded_at(const struct look_hook *hook)
{
	return hook->plugins[hook->policy.position].program.loaded;
}

/* The policy of this program, which has taken the place of another. */
static int rules_replace(struct top_rules *rules, uint32_t program)
{
	struct top_policy next = { 0 };
	int err = program ? policy_open(&next, program) : 0;

	if (!err && program)
		err = policy_count(&next);
	if (err) { /* the one before stays, with what it has not reported */
		policy_close(&next);
		return err;
	}
	policy_close(&rules->last);
	rules->last = rules->now;
	rules->last.samples = 0;
	rules->now = next;
	return 0;
}

/* Opens the policy in force, if it is another one. */
static int rules_follow(struct top_rules *rules, const struct look *look,
			enum tg_hook number, bool is_new, bool *replaced)
{
	const struct look_hook *hook = &look->hooks[number];
	uint32_t program = 0;
	uint64_t hash;
	int err;

	if (hook->policy.position >= 0 && hook->policy.is_readable)
		program = hook->plugins[hook->policy.position].program.id;
	if (program == rules->now.program)
		return 0;
	err = rules_replace(rules, program);
	if (err)
		return err;
	if (!program) {
		rules->hash = 0;
		return 0;
	}
	/* an old program that came back */
	if (loaded_at(hook) + (top_now() - rules->time) / SECOND_NS + 2 <
	    (uint64_t)time(NULL))
		policy_begin(&rules->now);
	hash = rules_summary(&rules->now.rules).hash;
	*replaced = !is_new && rules->hash != hash;
	rules->hash = hash;
	return 0;
}

int rules_sample(struct top_rules *rules, struct top_rows *rows,
		 const struct look *look, enum tg_hook hook, bool is_new,
		 bool *replaced)
{
	struct top_policy *policy = &rules->now;
	uint64_t now;
	int err = rules_follow(rules, look, hook, is_new, replaced);

	if (err)
		return err;
	/* again after what a command may have changed meanwhile */
	if (policy->program && policy->samples < 2)
		err = policy_inherit(policy, look, hook);
	now = top_now();
	if (!err && policy->program) {
		policy->samples++;
		err = policy_count(policy);
	}
	if (!err && policy->program)
		err = rules_add_rows(rules, rows, look, hook, now);
	if (!err && rules->last.program && ++rules->last.samples < 3)
		err = rules_add_last(rules, rows, look, hook, now);
	else
		policy_close(&rules->last);
	rules->time = now;
	return err;
}

void rules_free(struct top_rules *rules)
{
	policy_close(&rules->now);
	policy_close(&rules->last);
	*rules = (struct top_rules){ 0 };
}
