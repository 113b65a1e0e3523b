// SPDX-License-Identifier: GPL-2.0-only
#include "look_metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "flows/table.h"
#include "lib/hook_names.h"
#include "lib/verdict_names.h"

#define PREFIX "tailgate_"

static const struct {
	const char *name, *type, *help;
} about[METRICS] = {
#define METRIC_ABOUT(NAME, name, type, help) { PREFIX name, type, help },
	METRIC_LIST(METRIC_ABOUT)
#undef METRIC_ABOUT
};

/* --- a sample */

static void print_label(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", out);
		else if (*value == '"' || *value == '\\')
			fprintf(out, "\\%c", *value);
		else
			putc(*value, out);
	}
	putc('"', out);
}

/* The labels are pairs of a name and a value, and end with NULL. */
static void add(struct metrics *metrics, enum metric metric, uint64_t value,
		...)
{
	FILE *out = metrics->samples[metric].out;
	const char *name;
	int count = 0;
	va_list labels;

	fputs(about[metric].name, out);
	va_start(labels, value);
	while ((name = va_arg(labels, const char *))) {
		putc(count++ ? ',' : '{', out);
		print_label(out, name, va_arg(labels, const char *));
	}
	va_end(labels);
	fprintf(out, "%s %" PRIu64 "\n", count ? "}" : "", value);
}

/* --- a device */

static void add_counters(struct metrics *metrics, const struct look *look)
{
	for (int i = 0; i < look->counter_count; i++) {
		const struct look_counters *counters = &look->counters[i];

		for (int cell = 0; cell < TG_COUNTERS; cell++) {
			const struct tg_counter *sum = &counters->sums[cell];
			const char *reason = reason_name(cell % TG_REASONS);
			const char *verdict =
				verdict_name(cell / TG_REASONS % TG_VERDICTS);
			const char *hook =
				hook_name(cell / TG_REASONS / TG_VERDICTS);

			if (!sum->packets)
				continue;
			add(metrics, METRIC_PACKETS, sum->packets, "device",
			    look->device, "hook", hook, "plugin",
			    counters->plugin, "verdict", verdict, "reason",
			    reason, NULL);
			add(metrics, METRIC_BYTES, sum->bytes, "device",
			    look->device, "hook", hook, "plugin",
			    counters->plugin, "verdict", verdict, "reason",
			    reason, NULL);
		}
	}
}

static void add_policy(struct metrics *metrics, const struct look *look,
		       const struct look_hook *hook)
{
	const struct look_policy *policy = &hook->policy;
	const char *name = hook_name(hook->hook);
	char hash[17];

	if (policy->position < 0 || !policy->is_readable)
		return;
	snprintf(hash, sizeof(hash), "%016" PRIx64, policy->hash);
	add(metrics, METRIC_RULES, policy->rules, "device", look->device,
	    "hook", name, NULL);
	add(metrics, METRIC_POLICY, 1, "device", look->device, "hook", name,
	    "default", policy->default_verdict, "file",
	    policy->file ? policy->file : "", "hash", hash, NULL);
	add(metrics, METRIC_LOADED,
	    hook->plugins[policy->position].program.loaded, "device",
	    look->device, "hook", name, NULL);
}

static void add_hook(struct metrics *metrics, const struct look *look,
		     const struct look_hook *hook)
{
	const char *name = hook_name(hook->hook);

	if (!hook->gate && !hook->broken[0])
		return;
	add(metrics, METRIC_JUDGED, hook->passed, "device", look->device,
	    "hook", name, "result", "passed", NULL);
	add(metrics, METRIC_JUDGED, hook->dropped, "device", look->device,
	    "hook", name, "result", "dropped", NULL);
	add(metrics, METRIC_BROKEN, !!hook->broken[0], "device", look->device,
	    "hook", name, NULL);
	add(metrics, METRIC_PLUGINS, hook->plugin_count, "device", look->device,
	    "hook", name, NULL);
	add_policy(metrics, look, hook);
}

static void add_sets(struct metrics *metrics, const struct look *look)
{
	for (uint32_t i = 0; i < look->set_count; i++) {
		const struct look_set *set = &look->sets[i];

		add(metrics, METRIC_SET_ENTRIES, set->entries, "device",
		    look->device, "set", set->name, NULL);
		add(metrics, METRIC_SET_SIZE, set->size, "device", look->device,
		    "set", set->name, NULL);
		add(metrics, METRIC_SET_REFUSED, set->refused, "device",
		    look->device, "set", set->name, NULL);
	}
}

static void add_flows(struct metrics *metrics, const struct look *look)
{
	const struct look_flows *flows = &look->flows;

	if (!flows->has_table)
		return;
	for (int i = 0; i < TG_FLOW_STATES; i++)
		add(metrics, METRIC_FLOWS, flows->counts.states[i], "device",
		    look->device, "state", flow_state_name(i), NULL);
	add(metrics, METRIC_FLOWS_ROOM, flows->room, "device", look->device,
	    NULL);
	add(metrics, METRIC_FLOWS_REFUSED, flows->refused, "device",
	    look->device, NULL);
}

static void add_limits(struct metrics *metrics, const struct look *look)
{
	const struct look_limits *limits = &look->limits;

	if (!limits->has_table)
		return;
	add(metrics, METRIC_LIMIT_KEYS, limits->keys, "device", look->device,
	    NULL);
	add(metrics, METRIC_LIMIT_ROOM, limits->room, "device", look->device,
	    NULL);
	add(metrics, METRIC_LIMIT_OVER, limits->over, "device", look->device,
	    NULL);
	add(metrics, METRIC_LIMIT_FULL, limits->full, "device", look->device,
	    NULL);
}

void metrics_add(struct metrics *metrics, const struct look *look)
{
	for (int i = 0; i < TG_HOOKS; i++)
		add_hook(metrics, look, &look->hooks[i]);
	if (!look->has_pins)
		return;
	add_counters(metrics, look);
	add(metrics, METRIC_CONFIRM, look->unconfirmed_until, "device",
	    look->device, NULL);
	add_sets(metrics, look);
	add_flows(metrics, look);
	add_limits(metrics, look);
	add(metrics, METRIC_MEMORY, look->object_bytes, "device", look->device,
	    "of", "objects", NULL);
	add(metrics, METRIC_MEMORY, look->map_bytes, "device", look->device,
	    "of", "maps", NULL);
	add(metrics, METRIC_MEMORY, look->program_bytes, "device", look->device,
	    "of", "programs", NULL);
}

void metrics_add_stale(struct metrics *metrics, int stale)
{
	add(metrics, METRIC_STALE, stale, NULL);
}

/* --- all of them */

int metrics_begin(struct metrics *metrics)
{
	*metrics = (struct metrics){ 0 };
	for (int i = 0; i < METRICS; i++) {
		struct metric_samples *samples = &metrics->samples[i];

		samples->out = open_memstream(&samples->text, &samples->size);
		if (!samples->out)
			return -ENOMEM;
	}
	return 0;
}

int metrics_print(struct metrics *metrics, FILE *out)
{
	for (int i = 0; i < METRICS; i++) {
		struct metric_samples *samples = &metrics->samples[i];

		if (fflush(samples->out))
			return -ENOMEM;
		if (!samples->size)
			continue;
		fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", about[i].name,
			about[i].help, about[i].name, about[i].type);
		fwrite(samples->text, 1, samples->size, out);
	}
	return 0;
}

void metrics_free(struct metrics *metrics)
{
	for (int i = 0; i < METRICS; i++) {
		if (metrics->samples[i].out)
			fclose(metrics->samples[i].out);
		free(metrics->samples[i].text);
	}
}
