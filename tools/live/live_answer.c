// SPDX-License-Identifier: GPL-2.0-only
#include "live_answer.h"

#include <inttypes.h>
#include <string.h>

#include "verdict_names.h"

/*
 * What the kernel does is what was returned. XDP cannot tell accept from pass,
 * and a packet that goes back is redirected: there the counter knows more.
 */
const char *live_answer_verdict(const struct live_answer *answer)
{
	int returned = returned_verdict(answer->hook, answer->returned);
	const struct way_stop *decided = answer->way->decided;
	int counted = decided ? way_last_note(decided)->verdict : -1;

	if (returned < 0)
		return "other";
	if (counted < 0 || counted == returned)
		return verdict_name(returned);
	if (counted == TG_VERDICT_ACCEPT && answer->hook == TG_HOOK_XDP &&
	    returned == TG_VERDICT_PASS)
		return verdict_name(counted);
	if (counted == TG_VERDICT_REJECT && returned == TG_VERDICT_REDIRECT)
		return verdict_name(counted);
	return verdict_name(returned);
}

/* What would do something to a terminal is shown as a question mark. */
static void print_text(FILE *out, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		putc((unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?'
								     : text[i],
		     out);
}

static void print_rule(FILE *out, const struct live_answer *answer,
		       const struct way_stop *stop)
{
	const char *line = way_rule_line(stop);
	const char *text = line ? strchr(line, '\t') : NULL;

	if (answer->malformed)
		fputs("malformed: ", out);
	if (stop->rule == 0)
		fputs("no rule matches", out);
	else if (!text)
		fprintf(out, "rule %d", stop->rule);
	if (!text || !strncmp(line, "-:0\t", 4))
		return;
	if (stop->rule == 0)
		fputs(": ", out);
	print_text(out, line, text - line);
	fputs(": ", out);
	print_text(out, text + 1, strlen(text + 1));
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

static void print_number(FILE *out, const struct live_answer *answer)
{
	if (!answer->number)
		return;
	fprintf(out, "%" PRIu64 ": ", answer->number);
	print_text(out, answer->text, answer->size);
	if (answer->captured < answer->length)
		fprintf(out, " (%u of %u bytes captured)", answer->captured,
			answer->length);
	fputs(": ", out);
}

static void print_error(FILE *out, const struct describe_error *error)
{
	if (!error->column)
		fprintf(out, "error: %s", error->message);
	else if (!*error->hint)
		fprintf(out, "error: column %u: %s", error->column,
			error->message);
	else
		fprintf(out, "error: column %u: %s (%s)", error->column,
			error->message, error->hint);
}

void live_answer_print(FILE *out, const struct live_answer *answer)
{
	print_number(out, answer);
	if (answer->error) {
		print_error(out, answer->error);
	} else {
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

	print_number(out, answer);
	fprintf(out, "%s: ", live_answer_verdict(answer));
	print_why(out, answer);
	putc('\n', out);
	for (; stop < stops_end(answer); stop++)
		print_stop(out, answer, stop);
}
