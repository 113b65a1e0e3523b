// SPDX-License-Identifier: GPL-2.0-only
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/verdict_names.h"

static bool has_place(const struct rule_line *line)
{
	return strcmp(line->place, "-:0") != 0;
}

static void print_rule(FILE *out, const struct tg_watch_event *event,
		       const struct rule_line *line)
{
	if (event->reason != TG_REASON_RULE)
		fprintf(out, "%s: ", reason_name(event->reason));
	if (event->rule == 0)
		fputs(has_place(line) ? "no rule matches: " : "no rule matches",
		      out);
	if (has_place(line))
		fprintf(out, "%s: %s", line->place, line->rule);
}

static void print_reason(FILE *out, const struct judge *judge,
			 const struct tg_watch_event *event)
{
	const char *meaning = reason_meaning(event->reason);

	fprintf(out, "%s: ", *judge->plugin ? judge->plugin : "?");
	if (event->rule != TG_WATCH_NO_RULE)
		fprintf(out, "rule %" PRIu32 ": ", event->rule);
	fputs(reason_name(event->reason), out);
	if (meaning)
		fprintf(out, ": %s", meaning);
}

void judged_print(char *text, size_t size, const struct judge *judge,
		  const struct judged_packet *packet)
{
	const struct tg_watch_event *event = packet->event;
	const struct rule_line *line = judge_rule(judge, event);
	const char *flow = judged_flow(packet);
	FILE *out = fmemopen(text, size, "w");

	*text = '\0';
	if (!out)
		return;
	fprintf(out, "%s: ", verdict_name(event->verdict));
	if (line)
		print_rule(out, event, line);
	else
		print_reason(out, judge, event);
	if (flow)
		fprintf(out, "; flow %s", flow);
	fclose(out);
	text[size - 1] = '\0';
}
