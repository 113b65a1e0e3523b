// SPDX-License-Identifier: GPL-2.0-only
#include "live_answer.h"

#include <stdlib.h>
#include <string.h>

#include "lib/json_print.h"
#include "lib/verdict_names.h"
#include "live_flows.h"
#include "live_limits.h"
#include "live_sets.h"

/* "FILE:LINE" is split at the last colon: file names may contain colons. */
static json_t *place_to_json(const struct rule_line *line)
{
	const char *colon = strrchr(line->place, ':');

	return json_pack("{s:o, s:i, s:o}", "file",
			 text_to_json(line->place, colon - line->place), "line",
			 atoi(colon + 1), "rule", string_to_json(line->rule));
}

static json_t *rule_to_json(const struct live_answer *answer,
			    const struct trace_hop *hop)
{
	const struct rule_line *line = trace_rule_line(hop);
	json_t *object;

	if (hop->rule > 0 && line && strchr(line->place, ':'))
		object = place_to_json(line);
	else
		object = json_pack("{s:n, s:n, s:n}", "file", "line", "rule");
	add_json_members(object, json_pack("{s:b}", "logs", hop->logs));
	if (hop->rule >= 0 && hop->twin->sets)
		add_json_members(object,
				 live_sets_to_json(hop->twin->sets, hop->rule,
						   &answer->question->packet));
	if (hop->twin && hop->twin->flows)
		add_json_members(
			object,
			live_flows_to_json(hop->twin->flows,
					   &answer->question->packet,
					   answer->question->is_flow_said));
	if (hop->twin && hop->twin->limits)
		add_json_members(object, json_pack("{s:o}", "limit",
						   live_limits_to_json(
							   hop->twin->limits)));
	return object;
}

static const char *reason_of(const struct live_answer *answer,
			     const struct trace_hop *hop)
{
	const struct trace_note *note = trace_last_note(hop);

	if (!note)
		return NULL;
	if (hop->rule < 0 || note->reason != TG_REASON_RULE)
		return reason_name(note->reason);
	if (answer->question->packet.malformed)
		return "malformed";
	return hop->rule ? "rule" : "default";
}

static json_t *hop_to_json(const struct live_answer *answer,
			   const struct trace_hop *hop)
{
	const struct trace_note *note = trace_last_note(hop);
	json_t *notes = json_array(), *object;

	for (size_t i = 0; i + 1 < hop->note_count; i++)
		add_json_item(notes,
			      json_string(reason_name(hop->notes[i].reason)));
	object = json_pack("{s:o, s:s, s:s?, s:o}", "plugin",
			   string_to_json(hop->twin->plugin), "verdict",
			   verdict_name(note ? note->verdict : TG_VERDICT_NEXT),
			   "reason", reason_of(answer, hop), "notes", notes);
	add_json_members(object, rule_to_json(answer, hop));
	return object;
}

static json_t *trace_to_json(const struct live_answer *answer)
{
	const struct chain_trace *trace = answer->trace;
	json_t *met = json_array();

	/* skip the gate, unless it decided */
	for (size_t i = trace->count > 1; i < trace->count; i++)
		add_json_item(met, hop_to_json(answer, &trace->hops[i]));
	return met;
}

static void add_verdict(json_t *object, const struct live_answer *answer)
{
	static const struct trace_hop nobody = { .rule = -1 };
	const struct trace_hop *decided = answer->trace->decided;

	add_json_members(
		object,
		json_pack("{s:s, s:s?, s:o}", "verdict",
			  live_answer_verdict(answer), "reason",
			  decided ? reason_of(answer, decided) : NULL, "plugin",
			  string_to_json(decided ? decided->twin->plugin
						 : NULL)));
	add_json_members(object,
			 rule_to_json(answer, decided ? decided : &nobody));
	add_json_members(object,
			 json_pack("{s:i, s:o}", "returned", answer->returned,
				   "met", trace_to_json(answer)));
}

void live_answer_print_json(FILE *out, const struct live_answer *answer)
{
	json_t *object = question_to_json(answer->question);

	if (!answer->question->error)
		add_verdict(object, answer);
	print_json(out, object, 0);
}
