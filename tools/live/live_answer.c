// SPDX-License-Identifier: GPL-2.0-only
#include "live_answer.h"

#include <string.h>

#include "lib/verdict_names.h"

static void print_rule(FILE *out, const struct live_answer *answer,
		       const struct way_stop *stop)
{
	const struct rule_line *line = way_rule_line(stop);

	if (answer->question->packet.malformed)
		fputs("malformed: ", out);
	if (stop->rule == 0)
		fputs("no rule matches", out);
	else if (!line)
		fprintf(out, "rule %d", stop->rule);
	if (!line || !strcmp(line->place, "-:0"))
		return;
	if (stop->rule == 0)
		fputs(": ", out);
	print_for_terminal(out, line->place, strlen(line->place));
	fputs(": ", out);
	print_for_terminal(out, line->rule, strlen(line->rule));
}

static bool is_rule(const struct way_stop *stop, const struct way_note *note)
{
	return stop->rule >= 0 && note == way_last_note(stop);
}

static void print_reason(FILE *out, const struct way_note *note)
{
	const char *meaning = reason_meaning(note->reason);

	fputs(reason_name(note->reason), out);
	if (meaning)
		fprintf(out, ": %s", meaning);
}

static void print_why(FILE *out, const struct live_answer *answer)
{
	const struct way_stop *decided = answer->way->decided;
	const struct way_note *note;

	if (!decided) {
		fprintf(out, "the chain returned %d, and no plugin says why",
			answer->returned);
		return;
	}
	note = way_last_note(decided);
	if (is_rule(decided, note) && note->reason == TG_REASON_RULE) {
		print_rule(out, answer, decided);
		return;
	}
	fprintf(out, "%s: ", decided->twin->plugin);
	print_reason(out, note);
	if (is_rule(decided, note)) {
		fputs(": ", out);
		print_rule(out, answer, decided);
	}
}

/* A gate that has found its slot full is no plugin. */
static const struct way_stop *first_stop(const struct live_answer *answer)
{
	const struct way *way = answer->way;

	return way->count > 1 ? way->stops + 1 : way->stops;
}

static const struct way_stop *stops_end(const struct live_answer *answer)
{
	return answer->way->stops + answer->way->count;
}

static void print_met(FILE *out, const struct live_answer *answer)
{
	const struct way_stop *stop = first_stop(answer);

	fputs(" [", out);
	for (; stop < stops_end(answer); stop++)
		fprintf(out, "%s%s", stop->twin->plugin,
			stop + 1 < stops_end(answer) ? ", " : "");
	fputs("]", out);
}

void live_answer_print(FILE *out, const struct live_answer *answer)
{
	question_print(out, answer->question);
	if (!answer->question->error) {
		fprintf(out, "%s: ", live_answer_verdict(answer));
		print_why(out, answer);
		print_met(out, answer);
	}
	putc('\n', out);
}

static void print_stop(FILE *out, const struct live_answer *answer,
		       const struct way_stop *stop)
{
	fprintf(out, "  %-16s ", stop->twin->plugin);
	if (!stop->note_count)
		fputs("next", out);
	for (size_t i = 0; i < stop->note_count; i++) {
		const struct way_note *note = &stop->notes[i];

		fprintf(out, "%s%s: ", i ? "; " : "",
			verdict_name(note->verdict));
		if (is_rule(stop, note) && note->reason == TG_REASON_RULE)
			print_rule(out, answer, stop);
		else
			print_reason(out, note);
	}
	putc('\n', out);
}

void live_answer_print_way(FILE *out, const struct live_answer *answer)
{
	const struct way_stop *stop = first_stop(answer);

	question_print(out, answer->question);
	fprintf(out, "%s: ", live_answer_verdict(answer));
	print_why(out, answer);
	putc('\n', out);
	for (; stop < stops_end(answer); stop++)
		print_stop(out, answer, stop);
}
