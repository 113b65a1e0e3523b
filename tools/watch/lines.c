// SPDX-License-Identifier: GPL-2.0-only
#include "lines.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/hook_names.h"
#include "lib/json_print.h"
#include "lib/verdict_names.h"
#include "packet/describe.h"
#include "policy/explain/questions.h"

#define SECOND UINT64_C(1000000000)

/* The default has no `log`, so there is a place in a file. */
static bool has_place(const struct rule_line *rule)
{
	return rule && strcmp(rule->place, "-:0") != 0;
}

static void print_text(FILE *out, const char *text)
{
	print_for_terminal(out, text, strlen(text));
}

static void print_rule(FILE *out, const struct rule_line *rule,
		       const struct tg_watch_event *event)
{
	if (!has_place(rule)) {
		fprintf(out, "rule %" PRIu32 ": ", event->rule);
		return;
	}
	print_text(out, rule->place);
	if (rule->log) {
		fputs(": \"", out);
		print_text(out, rule->log);
		fputs("\": ", out);
	} else {
		fputs(": ", out);
	}
}

void event_print(FILE *out, const char *device, const struct rule_line *rule,
		 const struct judged_packet *packet)
{
	const struct tg_watch_event *event = packet->event;
	time_t seconds = packet->time / SECOND;
	char described[512], clock[16];
	struct tm time;

	localtime_r(&seconds, &time);
	strftime(clock, sizeof(clock), "%H:%M:%S", &time);
	judged_describe(described, sizeof(described), packet);
	fprintf(out, "%s.%06" PRIu64 " %s %s: %s", clock,
		packet->time % SECOND / 1000, device, hook_name(event->hook),
		verdict_name(event->verdict));
	if (event->reason != TG_REASON_RULE)
		fprintf(out, " (%s)", reason_name(event->reason));
	fputs(": ", out);
	print_rule(out, rule, event);
	print_text(out, described);
	fprintf(out, ", %" PRIu32 " bytes\n", packet->length);
}

/* --- JSON */

static json_t *address_to_json(const struct policy_packet *packet,
			       enum policy_field field4,
			       enum policy_field field6)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct in_addr four;
	struct in6_addr six;

	if (packet->has[field4]) {
		four.s_addr = htonl(packet->value[field4].lo);
		inet_ntop(AF_INET, &four, text, sizeof(text));
	} else if (packet->has[field6]) {
		for (int i = 0; i < 16; i++) {
			uint64_t half = i < 8 ? packet->value[field6].hi
					      : packet->value[field6].lo;

			six.s6_addr[i] = half >> (56 - 8 * (i % 8));
		}
		inet_ntop(AF_INET6, &six, text, sizeof(text));
	}
	return *text ? json_string(text) : json_null();
}

static json_t *value_to_json(const struct policy_packet *packet,
			     enum policy_field field)
{
	return packet->has[field] ? json_integer(packet->value[field].lo)
				  : json_null();
}

/* What tells flows apart. */
static json_t *ends_to_json(const struct judged_packet *judged)
{
	const struct policy_metadata metadata = {
		.has_skb = judged->event->hook != TG_HOOK_XDP,
		.missing = judged->length - judged->captured,
	};
	struct policy_packet packet;

	policy_packet_read(&packet, judged->frame, judged->captured, &metadata);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "from",
			 address_to_json(&packet, POLICY_SRC4, POLICY_SRC6),
			 "to",
			 address_to_json(&packet, POLICY_DST4, POLICY_DST6),
			 "protocol", value_to_json(&packet, POLICY_PROTOCOL),
			 "from_port", value_to_json(&packet, POLICY_SRC_PORT),
			 "to_port", value_to_json(&packet, POLICY_DST_PORT),
			 "vlan", value_to_json(&packet, POLICY_VLAN));
}

static json_t *place_to_json(const struct rule_line *rule)
{
	const char *colon = has_place(rule) ? strrchr(rule->place, ':') : NULL;

	if (!colon)
		return json_pack("{s:n, s:n}", "file", "line");
	return json_pack("{s:o, s:i}", "file",
			 text_to_json(rule->place, colon - rule->place), "line",
			 atoi(colon + 1));
}

void event_print_json(FILE *out, const char *device,
		      const struct rule_line *rule,
		      const struct judged_packet *packet)
{
	const struct tg_watch_event *event = packet->event;
	uint32_t number = rule && rule->over_of ? rule->over_of : event->rule;
	char described[512];
	json_t *object;

	judged_describe(described, sizeof(described), packet);
	object = json_pack(
		"{s:f, s:o, s:s, s:s, s:s, s:I, s:o, s:o}", "time",
		packet->time / (double)SECOND, "device", string_to_json(device),
		"hook", hook_name(event->hook), "verdict",
		verdict_name(event->verdict), "reason",
		reason_name(event->reason), "rule", (json_int_t)number, "text",
		string_to_json(rule ? rule->rule : NULL), "log",
		string_to_json(rule ? rule->log : NULL));
	add_json_members(object, place_to_json(rule));
	add_json_members(object, json_pack("{s:s?, s:I, s:s}", "flow",
					   judged_flow(packet), "length",
					   (json_int_t)packet->length, "packet",
					   described));
	add_json_members(object, ends_to_json(packet));
	print_json(out, object, JSON_COMPACT);
}

/* --- counts */

static uint64_t matched(const struct log_counts *counts)
{
	return counts->written + counts->lost + counts->held;
}

void log_counts_print(FILE *out, const struct log_device *device)
{
	const struct log_counts *counts = &device->counts;

	fprintf(out,
		"tailgate: %s: %" PRIu64 " packets matched: %" PRIu64
		" written, %" PRIu64 " lost, %" PRIu64
		" held back by the limit\n",
		device->name, matched(counts), counts->written, counts->lost,
		counts->held);
}

void log_counts_print_json(FILE *out, const struct log_device *device)
{
	const struct log_counts *counts = &device->counts;

	print_json(out,
		   json_pack("{s:o, s:I, s:I, s:I, s:I}", "device",
			     string_to_json(device->name), "matched",
			     (json_int_t)matched(counts), "written",
			     (json_int_t)counts->written, "lost",
			     (json_int_t)counts->lost, "held",
			     (json_int_t)counts->held),
		   JSON_COMPACT);
}
