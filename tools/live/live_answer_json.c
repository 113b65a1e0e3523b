// SPDX-License-Identifier: GPL-2.0-only
#include "live_answer.h"

#include <stdlib.h>
#include <string.h>

#include "lib/json_print.h"
#include "lib/verdict_names.h"

/* FILE:LINE<tab>TEXT; a name of a file may have colons itself. */
static void json_place(FILE *out, const char *line)
{
	const char *tab = strchr(line, '\t'), *colon = tab;

	while (colon > line && *colon != ':')
		colon--;
	fputs(", \"file\": ", out);
	json_print(out, line, colon - line);
	fprintf(out, ", \"line\": %d", atoi(colon + 1));
	json_print_member(out, "rule", tab + 1);
}

static void json_rule(FILE *out, const struct way_stop *stop)
{
	const char *line = way_rule_line(stop);

	if (stop->rule > 0 && line && strchr(line, '\t'))
		json_place(out, line);
	else
		fputs(", \"file\": null, \"line\": null, \"rule\": null", out);
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

static void json_stop(FILE *out, const struct live_answer *answer,
		      const struct way_stop *stop)
{
	const struct way_note *note = way_last_note(stop);

	fputs("{\"plugin\": ", out);
	json_print(out, stop->twin->plugin, strlen(stop->twin->plugin));
	json_print_member(out, "verdict",
			  verdict_name(note ? note->verdict : TG_VERDICT_NEXT));
	json_print_member(out, "reason", reason_of(answer, stop));
	fputs(", \"notes\": [", out);
	for (size_t i = 0; i + 1 < stop->note_count; i++)
		fprintf(out, "%s\"%s\"", i ? ", " : "",
			reason_name(stop->notes[i].reason));
	putc(']', out);
	json_rule(out, stop);
	putc('}', out);
}

static void json_way(FILE *out, const struct live_answer *answer)
{
	const struct way *way = answer->way;

	fputs(", \"met\": [", out);
	/* a gate that has found its slot full is no plugin */
	for (size_t i = way->count > 1; i < way->count; i++) {
		fputs(i > 1 ? ", " : "", out);
		json_stop(out, answer, &way->stops[i]);
	}
	putc(']', out);
}

static void json_verdict(FILE *out, const struct live_answer *answer)
{
	static const struct way_stop nobody = { .rule = -1 };
	const struct way_stop *decided = answer->way->decided;

	json_print_member(out, "verdict", live_answer_verdict(answer));
	json_print_member(out, "reason",
			  decided ? reason_of(answer, decided) : NULL);
	json_print_member(out, "plugin",
			  decided ? decided->twin->plugin : NULL);
	json_rule(out, decided ? decided : &nobody);
	fprintf(out, ", \"returned\": %d", answer->returned);
	json_way(out, answer);
}

void live_answer_print_json(FILE *out, const struct live_answer *answer)
{
	question_print_json(out, answer->question);
	if (!answer->question->error)
		json_verdict(out, answer);
	fputs("}\n", out);
}
