// SPDX-License-Identifier: GPL-2.0-only
#include "live_answer.h"

#include <string.h>

#include "lib/verdict_names.h"
#include "live_flows.h"
#include "live_limits.h"
#include "live_sets.h"

static void print_rule(FILE *out, const struct live_answer *answer,
		       const struct trace_hop *hop)
{
	const struct rule_line *line = trace_rule_line(hop);

	if (answer->question->packet.malformed)
		fputs("malformed: ", out);
	if (hop->rule == 0)
		fputs("no rule matches", out);
	else if (!line)
		fprintf(out, "rule %d", hop->rule);
	if (!line || !strcmp(line->place, "-:0"))
		return;
	if (hop->rule == 0)
		fputs(": ", out);
	print_for_terminal(out, line->place, strlen(line->place));
	fputs(": ", out);
	print_for_terminal(out, line->rule, strlen(line->rule));
	if (hop->twin->sets)
		live_sets_print(out, hop->twin->sets, hop->rule,
				&answer->question->packet);
	if (hop->logs)
		fputs("; would log", out);
}

static bool is_rule(const struct trace_hop *hop, const struct trace_note *note)
{
	return hop->rule >= 0 && note == trace_last_note(hop);
}

static void print_reason(FILE *out, const struct trace_note *note)
{
	const char *meaning = reason_meaning(note->reason);

	fputs(reason_name(note->reason), out);
	if (meaning)
		fprintf(out, ": %s", meaning);
}

/*
 * What the packet was to the flows, unless its description says it, and what is
 * left of the limit that was asked.
 */
static void print_facts(FILE *out, const struct trace_hop *hop)
{
	if (hop->twin->flows)
		live_flows_print(out, hop->twin->flows);
	if (hop->twin->limits)
		live_limits_print(out, hop->twin->limits);
}

static void print_why(FILE *out, const struct live_answer *answer)
{
	const struct trace_hop *decided = answer->trace->decided;
	const struct trace_note *note;

	if (!decided) {
		fprintf(out, "the chain returned %d, and no plugin says why",
			answer->returned);
		return;
	}
	note = trace_last_note(decided);
	if (!is_rule(decided, note) || note->reason != TG_REASON_RULE) {
		fprintf(out, "%s: ", decided->twin->plugin);
		print_reason(out, note);
		if (is_rule(decided, note))
			fputs(": ", out);
	}
	if (is_rule(decided, note))
		print_rule(out, answer, decided);
	print_facts(out, decided);
}

/*
 * Skips the gate, which is the first hop, unless the gate itself decided (its
 * slot in the prog array was empty).
 */
static const struct trace_hop *first_hop(const struct live_answer *answer)
{
	const struct chain_trace *trace = answer->trace;

	return trace->count > 1 ? trace->hops + 1 : trace->hops;
}

static const struct trace_hop *hops_end(const struct live_answer *answer)
{
	return answer->trace->hops + answer->trace->count;
}

static void print_met(FILE *out, const struct live_answer *answer)
{
	const struct trace_hop *hop = first_hop(answer);

	fputs(" [", out);
	for (; hop < hops_end(answer); hop++)
		fprintf(out, "%s%s", hop->twin->plugin,
			hop + 1 < hops_end(answer) ? ", " : "");
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

static void print_hop(FILE *out, const struct live_answer *answer,
		      const struct trace_hop *hop)
{
	fprintf(out, "  %-16s ", hop->twin->plugin);
	if (!hop->note_count)
		fputs("next", out);
	for (size_t i = 0; i < hop->note_count; i++) {
		const struct trace_note *note = &hop->notes[i];

		fprintf(out, "%s%s: ", i ? "; " : "",
			verdict_name(note->verdict));
		if (is_rule(hop, note) && note->reason == TG_REASON_RULE)
			print_rule(out, answer, hop);
		else
			print_reason(out, note);
	}
	print_facts(out, hop);
	putc('\n', out);
}

void live_answer_print_trace(FILE *out, const struct live_answer *answer)
{
	const struct trace_hop *hop = first_hop(answer);

	question_print(out, answer->question);
	fprintf(out, "%s: ", live_answer_verdict(answer));
	print_why(out, answer);
	putc('\n', out);
	for (; hop < hops_end(answer); hop++)
		print_hop(out, answer, hop);
}
