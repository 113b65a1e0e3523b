// SPDX-License-Identifier: GPL-2.0-only
/* What plugins have counted, as rows of hooks, plugins and reasons. */
#include "sample.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/verdict_names.h"

struct counters_sampling {
	struct top_rows *rows;
	const char *device;
	uint64_t from, to;
};

/* --- rows */

static int counters_add(const struct counters_sampling *sampling,
			enum top_kind kind, uint32_t cell, const char *name,
			const struct tg_counter *total,
			const struct tg_counter *delta)
{
	uint32_t hook = cell / TG_REASONS / TG_VERDICTS;
	uint32_t verdict = cell / TG_REASONS % TG_VERDICTS;
	const uint64_t numbers[] = { hook, kind == TOP_HOOK ? 0 : verdict };
	struct top_row *row =
		rows_take(sampling->rows, kind,
			  row_key(kind, sampling->device, name, numbers, 2));

	if (!row)
		return -ENOMEM;
	if (!row->name) {
		snprintf(row->device, sizeof(row->device), "%s",
			 sampling->device);
		row->hook = hook;
		row->verdict = verdict;
		row->reason = cell % TG_REASONS;
		row->name = strdup(name);
		if (!row->name)
			return -ENOMEM;
	}
	row_count(row, total, delta, sampling->from, sampling->to);
	return 0;
}

static const char *result_name(uint32_t verdict)
{
	switch (verdict) {
	case TG_VERDICT_PASS:
	case TG_VERDICT_ACCEPT:
	case TG_VERDICT_REDIRECT:
		return "passed";
	case TG_VERDICT_DROP:
	case TG_VERDICT_REJECT:
		return "dropped";
	}
	return NULL; /* the next plugin judges */
}

static int counters_add_cell(const struct counters_sampling *sampling,
			     const char *plugin, uint32_t cell,
			     const struct tg_counter *total,
			     const struct tg_counter *delta)
{
	const char *result = result_name(cell / TG_REASONS % TG_VERDICTS);
	int err = 0;

	if (result)
		err = counters_add(sampling, TOP_HOOK, cell, result, total,
				   delta);
	if (!err)
		err = counters_add(sampling, TOP_PLUGIN, cell, plugin, total,
				   delta);
	return err ? err
		   : counters_add(sampling, TOP_REASON, cell,
				  reason_name(cell % TG_REASONS), total, delta);
}

/* A hook with a chain has its two rows, even if no packet has come. */
static int counters_add_hooks(const struct counters_sampling *sampling,
			      const struct look *look)
{
	const struct tg_counter none = { 0 };
	int err = 0;

	for (int hook = 0; !err && hook < TG_HOOKS; hook++) {
		if (!look->hooks[hook].gate)
			continue;
		err = counters_add(sampling, TOP_HOOK,
				   TG_COUNTER_INDEX(hook, TG_VERDICT_PASS, 0),
				   "passed", &none, &none);
		if (!err)
			err = counters_add(
				sampling, TOP_HOOK,
				TG_COUNTER_INDEX(hook, TG_VERDICT_DROP, 0),
				"dropped", &none, &none);
	}
	return err;
}

/* --- two samples */

/*
 * The counters of a plugin in the sample before. Where a device was renamed,
 * two folders of pins may have some of the same name, in this order.
 */
static const struct look_counters *
counters_before(const struct top_device *device, const struct look *look, int i)
{
	const char *name = look->counters[i].plugin;
	int nth = 0;

	for (int j = 0; j < i; j++)
		nth += !strcmp(look->counters[j].plugin, name);
	for (int j = 0; j < device->counter_count; j++) {
		if (!strcmp(device->counters[j].plugin, name) && nth-- == 0)
			return &device->counters[j];
	}
	return NULL;
}

static void counter_subtract(struct tg_counter *delta,
			     const struct tg_counter *before)
{
	if (delta->packets < before->packets) /* it began anew */
		return;
	delta->packets -= before->packets;
	delta->bytes -= before->bytes;
}

static int counters_compare(const struct counters_sampling *sampling,
			    const struct look_counters *now,
			    const struct look_counters *before)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < TG_COUNTERS; i++) {
		struct tg_counter delta = now->sums[i];

		if (!delta.packets)
			continue;
		if (before)
			counter_subtract(&delta, &before->sums[i]);
		err = counters_add_cell(sampling, now->plugin, i, &now->sums[i],
					&delta);
	}
	return err;
}

/* Keeps the counters for the next time. */
static int counters_keep(struct top_device *device, const struct look *look)
{
	size_t size = look->counter_count * sizeof(*device->counters);
	struct look_counters *copy = malloc(size + 1);

	if (!copy)
		return -ENOMEM;
	if (size)
		memcpy(copy, look->counters, size);
	free(device->counters);
	device->counters = copy;
	device->counter_count = look->counter_count;
	return 0;
}

int counters_sample(struct top *top, struct top_device *device,
		    const struct look *look, uint64_t now, bool is_new)
{
	const struct counters_sampling sampling = {
		.rows = &top->rows,
		.device = device->name,
		.from = device->time,
		.to = now,
	};
	int err = counters_add_hooks(&sampling, look);

	for (int i = 0; !err && i < look->counter_count; i++)
		err = counters_compare(
			&sampling, &look->counters[i],
			is_new ? NULL : counters_before(device, look, i));
	return err ? err : counters_keep(device, look);
}
