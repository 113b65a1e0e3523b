// SPDX-License-Identifier: GPL-2.0-only
#include "live_answer.h"

#include <stdlib.h>
#include <string.h>

#include "lib/json_print.h"
#include "lib/verdict_names.h"

/* A file's name may have colons itself. */
static json_t *place_to_json(const struct rule_line *line)
{
	const char *colon = strrchr(line->place, ':');

	return json_pack("{s:o, s:i, s:o}", "file",
			 text_to_json(line->place, colon - line->place), "line",
			 atoi(colon + 1), "rule", string_to_json(line->rule));
}

static json_t *rule_to_json(const struct way_stop *stop)
{
	const struct rule_line *line = way_rule_line(stop);

	if (stop->rule > 0 && line && strchr(line->place, ':'))
		return place_to_json(line);
	return json_pack("{s:n, s:n, s:n}", "file", "line", "rule");
}

static const char *reason_of(const struct live_answer *answer,
			     const struct way_stop *stop)
{
	const struct way_note *note = way_last_note(stop);

	if (!note)
		return NULL;
	if (stop->rule < 0 || note->reason != TG_REASON_RULE)
		return reason_name(note->reason);
	if (answer->question->packet.malformed)
		return "malformed";
	return stop->rule ? "rule" : "default";
}

static json_t *stop_to_json(const struct live_answer *answer,
			    const struct way_stop *stop)
{
	const struct way_note *note = way_last_note(stop);
	json_t *notes = json_array(), *object;

	for (size_t i = 0; i + 1 < stop->note_count; i++)
		add_json_item(notes,
			      json_string(reason_name(stop->notes[i].reason)));
	object = json_pack("{s:o, s:s, s:s?, s:o}", "plugin",
			   string_to_json(stop->twin->plugin), "verdict",
			   verdict_name(note ? note->verdict : TG_VERDICT_NEXT),
			   "reason", reason_of(answer, stop), "notes", notes);
	add_json_members(object, rule_to_json(stop));
	return object;
}

static json_t *way_to_json(const struct live_answer *answer)
{
	const struct way *way = answer->way;
	json_t *met = json_array();

	/* a gate that has found its slot full is no plugin */
	for (size_t i = way->count > 1; i < way->count; i++)
		add_json_item(met, stop_to_json(answer, &way->stops[i]));
	return met;
}

static void add_verdict(json_t *object, const struct live_answer *answer)
{
	static const struct way_stop nobody = { .rule = -1 };
	const struct way_stop *decided = answer->way->decided;

	add_json_members(
		object,
		json_pack("{s:s, s:s?, s:o}", "verdict",
			  live_answer_verdict(answer), "reason",
			  decided ? reason_of(answer, decided) : NULL, "plugin",
			  string_to_json(decided ? decided->twin->plugin
						 : NULL)));
	add_json_members(object, rule_to_json(decided ? decided : &nobody));
	add_json_members(object,
			 json_pack("{s:i, s:o}", "returned", answer->returned,
				   "met", way_to_json(answer)));
}

void live_answer_print_json(FILE *out, const struct live_answer *answer)
{
	json_t *object = question_to_json(answer->question);

	if (!answer->question->error)
		add_verdict(object, answer);
	print_json(out, object, 0);
}
