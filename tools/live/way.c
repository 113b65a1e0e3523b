// SPDX-License-Identifier: GPL-2.0-only
#include "way.h"

static void add_note(struct way_stop *stop, int verdict, int reason)
{
	if (stop->note_count < WAY_NOTES_MAX)
		stop->notes[stop->note_count++] = (struct way_note){
			.verdict = verdict,
			.reason = reason,
		};
}

/* "next" is the first verdict, and so comes before the one that is the last. */
static void read_notes(struct way_stop *stop, const struct twins *twins)
{
	struct tg_counter *cells = stop->twin->counters;

	if (!cells)
		return;
	cells += TG_COUNTER_INDEX(twins->hook, 0, 0);
	for (int i = 0; i < TG_VERDICTS * TG_REASONS; i++) {
		if (!cells[i].packets)
			continue;
		add_note(stop, i / TG_REASONS, i % TG_REASONS);
		cells[i] = (struct tg_counter){ 0 };
	}
}

/*
 * One cell of perhaps a hundred thousand. Packets of a capture hit a few of
 * them again and again.
 */
static int find_rule(struct twin *twin)
{
	for (uint32_t i = 0; i < twin->hit_count; i++) {
		if (twin->rules[twin->hits[i]].packets)
			return twin->hits[i];
	}
	for (uint32_t i = 0; i < twin->rule_count; i++) {
		if (!twin->rules[i].packets)
			continue;
		twin->hits[twin->hit_count++] = i;
		return i;
	}
	return -1;
}

static void read_rule(struct way_stop *stop, struct twin *twin)
{
	if (!twin->rules)
		return;
	stop->rule = find_rule(twin);
	if (stop->rule >= 0)
		twin->rules[stop->rule] = (struct tg_counter){ 0 };
}

void way_read(struct way *way, struct twins *twins)
{
	way->count = 0;
	way->decided = NULL;
	for (size_t i = 0; i < twins->count && !way->decided; i++) {
		struct way_stop *stop = &way->stops[way->count++];
		const struct way_note *last;

		*stop = (struct way_stop){ .twin = &twins->list[i],
					   .rule = -1 };
		read_notes(stop, twins);
		read_rule(stop, &twins->list[i]);
		last = way_last_note(stop);
		if (last && last->verdict != TG_VERDICT_NEXT)
			way->decided = stop;
	}
}

const struct way_note *way_last_note(const struct way_stop *stop)
{
	return stop->note_count ? &stop->notes[stop->note_count - 1] : NULL;
}

const struct rule_line *way_rule_line(const struct way_stop *stop)
{
	const struct rule_lines *texts = &stop->twin->texts;

	if (stop->rule < 0 || (uint32_t)stop->rule >= texts->count)
		return NULL;
	return &texts->lines[stop->rule];
}
