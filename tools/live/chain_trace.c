// SPDX-License-Identifier: GPL-2.0-only
#include "chain_trace.h"

static void add_note(struct trace_hop *hop, int verdict, int reason)
{
	if (hop->note_count < TRACE_NOTES_MAX)
		hop->notes[hop->note_count++] = (struct trace_note){
			.verdict = verdict,
			.reason = reason,
		};
}

/* What says that the rule logs is no note: it is not why it decided. */
static bool is_about_log(int reason)
{
	return reason == TG_REASON_LOGGED || reason == TG_REASON_LOG_HELD;
}

/* TG_VERDICT_NEXT is the lowest number, so a final verdict comes last. */
static void read_notes(struct trace_hop *hop, const struct twins *twins)
{
	struct tg_counter *cells = hop->twin->counters;

	if (!cells)
		return;
	cells += TG_COUNTER_INDEX(twins->hook, 0, 0);
	for (int i = 0; i < TG_VERDICTS * TG_REASONS; i++) {
		if (!cells[i].packets)
			continue;
		if (is_about_log(i % TG_REASONS))
			hop->logs = true;
		else
			add_note(hop, i / TG_REASONS, i % TG_REASONS);
		cells[i] = (struct tg_counter){ 0 };
	}
}

/*
 * There may be 100,000 counters, and packets of a capture mostly hit the same
 * rules: look at those that matched before first.
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

/* What is over the limit of a rule is counted apart, and is of that rule. */
static void name_rule(struct trace_hop *hop)
{
	const struct rule_line *line = trace_rule_line(hop);

	if (!line || !line->over_of)
		return;
	hop->rule = line->over_of;
	hop->is_over = true;
}

static void read_rule(struct trace_hop *hop, struct twin *twin)
{
	if (!twin->rules)
		return;
	hop->rule = find_rule(twin);
	if (hop->rule < 0)
		return;
	twin->rules[hop->rule] = (struct tg_counter){ 0 };
	name_rule(hop);
}

void chain_trace_read(struct chain_trace *trace, struct twins *twins)
{
	trace->count = 0;
	trace->decided = NULL;
	for (size_t i = 0; i < twins->count && !trace->decided; i++) {
		struct trace_hop *hop = &trace->hops[trace->count++];
		const struct trace_note *last;

		*hop = (struct trace_hop){ .twin = &twins->list[i],
					   .rule = -1 };
		read_notes(hop, twins);
		read_rule(hop, &twins->list[i]);
		last = trace_last_note(hop);
		if (last && last->verdict != TG_VERDICT_NEXT)
			trace->decided = hop;
	}
}

const struct trace_note *trace_last_note(const struct trace_hop *hop)
{
	return hop->note_count ? &hop->notes[hop->note_count - 1] : NULL;
}

const struct rule_line *trace_rule_line(const struct trace_hop *hop)
{
	const struct rule_lines *texts = &hop->twin->texts;

	if (hop->rule < 0 || (uint32_t)hop->rule >= texts->count)
		return NULL;
	return &texts->lines[hop->rule];
}
