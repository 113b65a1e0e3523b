// SPDX-License-Identifier: GPL-2.0-only
#include "talkers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hook_names.h"
#include "talker_source.h"

/* Sampled packets a second: as many as give good rates, and too many. */
#define WANTED 1000
#define TOO_MANY 20000
#define SAMPLE_MAX 1000000

/* Of each hook and end, and how long one stays that sends no more. */
#define ROWS_MAX 50
#define START_MS 20000
#define IDLE_NS (HISTORY_SECONDS * SECOND_NS)

/* --- beginning and ending */

/* Packets a second, of the hooks of all devices. */
static double packet_rate(const struct top *top)
{
	double rate = 0;

	for (size_t i = 0; i < top->rows.count; i++) {
		if (top->rows.list[i].kind == TOP_HOOK)
			rate += top->rows.list[i].packet_rate;
	}
	return rate;
}

static bool has_chain(const struct top_device *device)
{
	for (int hook = 0; hook < TG_HOOKS; hook++) {
		if (device->is_attached[hook])
			return true;
	}
	return false;
}

static int start_sources(struct talkers *talkers, const struct top *top)
{
	talkers->sources = calloc(top->count + 1, sizeof(*talkers->sources));
	if (!talkers->sources)
		return -ENOMEM;
	for (size_t i = 0; i < top->count; i++) {
		struct talker_source *source;

		if (!has_chain(&top->devices[i]))
			continue;
		source = talker_source_start(talkers->options->tailgate,
					     top->devices[i].name,
					     talkers->sample);
		if (!source)
			return -errno;
		talkers->sources[talkers->count++] = source;
	}
	return 0;
}

static int talkers_start(struct talkers *talkers, const struct top *top)
{
	int err = start_sources(talkers, top);

	for (size_t i = 0; !err && i < talkers->count; i++)
		err = talker_source_read(talkers->sources[i], START_MS);
	talkers->is_on = true;
	if (err)
		talkers_end(talkers);
	return err;
}

int talkers_begin(struct talkers *talkers, const struct top *top)
{
	double one_of = packet_rate(top) / WANTED;

	talkers->sample = talkers->options->sample ? talkers->options->sample
			  : one_of > 1		   ? one_of
						   : 1;
	return talkers_start(talkers, top);
}

void talkers_end(struct talkers *talkers)
{
	for (size_t i = 0; i < talkers->count; i++)
		talker_source_tell_end(talkers->sources[i]);
	for (size_t i = 0; i < talkers->count; i++)
		talker_source_end(talkers->sources[i]);
	free(talkers->sources);
	talkers->sources = NULL;
	talkers->count = 0;
	talkers->is_on = false;
}

/* --- rows */

static struct top_row *talker_row(struct top_rows *rows, const char *device,
				  const struct talker *talker)
{
	const struct talker_key *key = &talker->key;
	const uint64_t numbers[] = { key->hook, key->end };
	struct top_row *row;
	char name[64];

	talker_name(key, name, sizeof(name));
	row = rows_take(rows, TOP_TALKER,
			row_key(TOP_TALKER, device, name, numbers, 2));
	if (!row || row->name)
		return row;
	snprintf(row->device, sizeof(row->device), "%s", device);
	row->hook = key->hook;
	row->end = key->end;
	row->name = strdup(name);
	return row->name ? row : NULL;
}

static int add_rows(struct talkers *talkers, struct top *top,
		    const char *device, struct talker_table *table)
{
	int added[TG_HOOKS][TOP_ENDS] = { 0 };

	talker_table_sort(table);
	for (size_t i = 0; i < table->count; i++) {
		const struct talker *talker = &table->list[i];
		struct tg_counter count = {
			.packets = talker->count.packets * talkers->sample,
			.bytes = talker->count.bytes * talkers->sample,
		};
		struct top_row *row;

		if (added[talker->key.hook][talker->key.end]++ >= ROWS_MAX)
			continue;
		row = talker_row(&top->rows, device, talker);
		if (!row)
			return -ENOMEM;
		row_count(row, &count, &count, top->before, top->time);
		row->active = top->time;
	}
	return 0;
}

static void keep_idle(struct top *top)
{
	for (size_t i = 0; i < top->rows.count; i++) {
		struct top_row *row = &top->rows.list[i];

		if (row->kind != TOP_TALKER || row->round == top->rows.round ||
		    top->time - row->active > IDLE_NS)
			continue;
		row->round = top->rows.round;
		row->delta = (struct tg_counter){ 0 };
		row->from = top->before;
		row->to = top->time;
	}
}

/* --- a sample */

static int take_source(struct talkers *talkers, struct top *top,
		       struct talker_source *source)
{
	struct talker_table table;
	const char *device = talker_source_device(source);
	char why[200];
	int err;

	talker_source_take(source, &table);
	talkers->taken += table.packets;
	err = add_rows(talkers, top, device, &table);
	talker_table_free(&table);
	if (talker_source_has_ended(source, why, sizeof(why)))
		top_note(top, device, "no talkers: %s", why);
	return err;
}

/* Fewer of a flood that has begun. */
static int adapt(struct talkers *talkers, const struct top *top)
{
	double seconds = (top->time - top->before) / (double)SECOND_NS;

	if (talkers->options->sample || talkers->taken < TOO_MANY * seconds)
		return 0;
	if (talkers->sample >= SAMPLE_MAX)
		return 0;
	talkers->sample *= talkers->taken / (WANTED * seconds);
	if (talkers->sample > SAMPLE_MAX)
		talkers->sample = SAMPLE_MAX;
	talkers_end(talkers);
	return talkers_start(talkers, top);
}

int talkers_sample(struct talkers *talkers, struct top *top)
{
	int err = 0;

	talkers->taken = 0;
	if (!talkers->is_on)
		return 0;
	for (size_t i = 0; !err && i < talkers->count; i++)
		err = take_source(talkers, top, talkers->sources[i]);
	keep_idle(top);
	return err ? err : adapt(talkers, top);
}
