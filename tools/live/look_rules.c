// SPDX-License-Identifier: GPL-2.0-only
#include "look_rules.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "lib/counter_map.h"
#include "chain_memory.h"
#include "look_flows.h"
#include "look_limits.h"
#include "look_sets.h"
#include "loaded_rules.h"
#include "look_attachment.h"
#include "rule_print.h"

/* --- policies */

static void find_policy(struct look_hook *hook)
{
	hook->policy.position = -1;
	hook->policy.count = 0;
	for (int i = 0; i < hook->plugin_count; i++) {
		if (strcmp(hook->plugins[i].program.name, "policy"))
			continue;
		hook->policy.position = i;
		hook->policy.count++;
	}
	if (hook->policy.count > 1)
		hook->policy.position = -1;
}

static int read_rules(struct look_policy *policy,
		      const struct loaded_rules *loaded)
{
	struct rule_lines rules = { 0 };
	struct rule_summary summary;
	int err = loaded_rules_read(loaded, &rules, false);

	if (!err) {
		summary = rules_summary(&rules);
		policy->rules = summary.rules;
		policy->hash = summary.hash;
		snprintf(policy->default_verdict,
			 sizeof(policy->default_verdict), "%s",
			 summary.default_verdict);
		if (summary.file)
			policy->file = strndup(summary.file, summary.file_size);
		if (summary.file && !policy->file)
			err = -ENOMEM;
	}
	rule_lines_free(&rules);
	return err;
}

static int read_policy(struct look_hook *hook, bool rules)
{
	struct look_policy *policy = &hook->policy;
	uint32_t id = hook->plugins[policy->position].program.id;
	struct loaded_rules loaded;
	int err = loaded_rules_open(&loaded, id);

	policy->version = loaded_rules_version(id);
	policy->is_readable = !err;
	if (err == -EPROTO)
		return 0;
	if (!err && rules)
		err = read_rules(policy, &loaded);
	if (policy->is_readable)
		loaded_rules_close(&loaded);
	return err;
}

int look_policy(struct look_hook *hook, bool rules)
{
	find_policy(hook);
	return hook->policy.position < 0 ? 0 : read_policy(hook, rules);
}

/* --- counters */

struct sums {
	uint64_t passed[TG_HOOKS], dropped[TG_HOOKS];
	uint64_t of_reason[TG_REASONS]; /* on all hooks */
};

static void add_cells(struct sums *sums, const struct tg_counter *cells)
{
	for (int i = 0; i < TG_COUNTERS; i++) {
		uint32_t verdict = i / TG_REASONS % TG_VERDICTS;
		uint32_t hook = i / TG_REASONS / TG_VERDICTS;

		sums->of_reason[i % TG_REASONS] += cells[i].packets;
		if (verdict == TG_VERDICT_PASS ||
		    verdict == TG_VERDICT_ACCEPT ||
		    verdict == TG_VERDICT_REDIRECT)
			sums->passed[hook] += cells[i].packets;
		else if (verdict == TG_VERDICT_DROP ||
			 verdict == TG_VERDICT_REJECT)
			sums->dropped[hook] += cells[i].packets;
	}
}

static int keep_cells(struct look *look, const char *plugin,
		      const struct tg_counter *cells)
{
	struct look_counters *more =
		reallocarray(look->counters, look->counter_count + 1,
			     sizeof(*look->counters));

	if (!more)
		return -ENOMEM;
	look->counters = more;
	more += look->counter_count++;
	snprintf(more->plugin, sizeof(more->plugin), "%s", plugin);
	memcpy(more->sums, cells, sizeof(more->sums));
	return 0;
}

static int add_map(struct look *look, struct sums *sums, const char *plugin,
		   int fd, bool keep)
{
	struct tg_counter cells[TG_COUNTERS];
	int err = counter_map_read(fd, cells);

	if (err)
		return err == -EPROTO ? 0 : err; /* no counters of tailgate */
	add_cells(sums, cells);
	return keep ? keep_cells(look, plugin, cells) : 0;
}

/*
 * Adds the counters that are pinned in a folder, skipping those that disappear.
 */
static int read_folder(struct look *look, struct sums *sums, const char *folder,
		       bool keep)
{
	DIR *pins = opendir(folder);
	struct dirent *entry;
	int err = 0;

	*sums = (struct sums){ 0 };
	if (!pins)
		return errno == ENOENT ? 0 : -errno;
	while (!err && (entry = readdir(pins))) {
		char path[2 * PATH_MAX];
		int fd;

		if (strncmp(entry->d_name, TG_COUNTERS_PREFIX,
			    strlen(TG_COUNTERS_PREFIX)))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		fd = bpf_obj_get(path);
		if (fd < 0) {
			err = errno == ENOENT ? 0 : -errno;
			continue;
		}
		err = add_map(look, sums,
			      entry->d_name + strlen(TG_COUNTERS_PREFIX), fd,
			      keep);
		close(fd);
	}
	closedir(pins);
	return err;
}

static int by_plugin(const void *a, const void *b)
{
	const struct look_counters *first = a, *second = b;

	return strcmp(first->plugin, second->plugin);
}

int look_counters(struct look *look, bool keep)
{
	const char *last = "";
	struct sums sums = { 0 };

	for (int i = 0; i < TG_HOOKS; i++) {
		struct look_hook *hook = &look->hooks[i];

		if (!hook->pins[0])
			continue;
		if (strcmp(last, hook->pins)) {
			int err = read_folder(look, &sums, hook->pins, keep);

			if (err)
				return look_fail(err, "the counters in %s",
						 hook->pins);
			last = hook->pins;
			for (int reason = 0; reason < TG_REASONS; reason++)
				look->counted[reason] += sums.of_reason[reason];
		}
		hook->passed = sums.passed[i];
		hook->dropped = sums.dropped[i];
	}
	look->flows.refused = look->counted[TG_REASON_FLOW_FULL];
	look->limits.over = look->counted[TG_REASON_OVER_LIMIT];
	look->limits.full = look->counted[TG_REASON_LIMIT_FULL];
	if (look->counter_count)
		qsort(look->counters, look->counter_count,
		      sizeof(*look->counters), by_plugin);
	return 0;
}

/* --- memory */

static int read_memory(struct look *look)
{
	struct chain_memory memory;
	uint32_t gates[TG_HOOKS];
	char folder[PATH_MAX];
	int err;

	for (int i = 0; i < TG_HOOKS; i++)
		gates[i] = look->hooks[i].gate;
	snprintf(folder, sizeof(folder), "%s/%s", LOOK_PINS_ROOT, look->key);
	err = chain_memory_read(&memory, folder, gates, TG_HOOKS);
	if (err && err != -ENOENT) /* the attachment may disappear meanwhile */
		return look_fail(err, "%s", folder);
	if (!err) {
		look->map_bytes = memory.map_bytes;
		look->program_bytes = memory.program_bytes;
	}
	return look_object_bytes(look->key, &look->object_bytes);
}

int look_sums(struct look *look, bool counters)
{
	int err = look_counters(look, counters);

	if (!err && look->has_pins)
		err = read_memory(look);
	if (!err && look->has_pins)
		err = look_sets_read(look);
	if (!err && look->has_pins)
		err = look_flows_read(look);
	return err || !look->has_pins ? err : look_limits_read(look);
}
