// SPDX-License-Identifier: GPL-2.0-only
#include "lines.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "lib/hook_names.h"
#include "lib/json_print.h"
#include "lib/verdict_names.h"
#include "policy/explain/questions.h"
#include "words.h"

#define SECOND UINT64_C(1000000000)

void line_print(FILE *out, const struct judge *judge,
		const struct judged_packet *packet)
{
	char described[512], words[1200], clock[16];
	time_t seconds = packet->time / SECOND;
	struct tm time;

	localtime_r(&seconds, &time);
	strftime(clock, sizeof(clock), "%H:%M:%S", &time);
	judged_describe(described, sizeof(described), packet);
	judged_print(words, sizeof(words), judge, packet);
	fprintf(out, "%s.%06" PRIu64 " %s: ", clock,
		packet->time % SECOND / 1000, hook_name(packet->event->hook));
	print_for_terminal(out, described, strlen(described));
	fprintf(out, ", %" PRIu32 " bytes: ", packet->length);
	print_for_terminal(out, words, strlen(words));
	putc('\n', out);
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? string_to_json(text) : json_null();
}

void line_print_json(FILE *out, const char *device, const struct judge *judge,
		     const struct judged_packet *packet)
{
	const struct tg_watch_event *event = packet->event;
	const struct rule_line *line = judge_rule(judge, event);
	json_t *object;
	char described[512];

	judged_describe(described, sizeof(described), packet);
	object = json_pack(
		"{s:f, s:o, s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:I, s:o}",
		"time", packet->time / (double)SECOND, "device",
		string_to_json(device), "hook", hook_name(event->hook),
		"plugin", text_or_null(judge->plugin), "verdict",
		verdict_name(event->verdict), "reason",
		reason_name(event->reason), "rule",
		event->rule == TG_WATCH_NO_RULE ? json_null()
		: line && line->over_of		? json_integer(line->over_of)
						: json_integer(event->rule),
		"place", text_or_null(line ? line->place : NULL), "text",
		text_or_null(line ? line->rule : NULL), "flow",
		text_or_null(judged_flow(packet)), "length",
		(json_int_t)packet->length, "packet", text_or_null(described));
	print_json(out, object, JSON_COMPACT);
}
