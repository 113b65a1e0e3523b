// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/json_print.h"
#include "lib/verdict_names.h"
#include "look_attachment.h"
#include "look_print.h"

static void print_text(const char *name, const char *text)
{
	printf("\"%s\":", name);
	if (text && *text)
		json_print(stdout, text, strlen(text));
	else
		fputs("null", stdout);
}

static void print_verdict(const char *name, uint32_t verdict)
{
	print_text(name, verdict ? verdict_name(verdict) : NULL);
}

static void print_chain(const struct look_hook *hook)
{
	fputs("\"chain\":[", stdout);
	for (int i = 0; i < hook->plugin_count; i++) {
		const struct look_plugin *plugin = &hook->plugins[i];

		fputs(i ? ",{" : "{", stdout);
		print_text("plugin", plugin->program.name);
		printf(",\"slot\":%" PRIu32 ",\"id\":%" PRIu32 ",\"tag\":\"",
		       plugin->slot, plugin->program.id);
		for (size_t byte = 0; byte < sizeof(plugin->program.tag);
		     byte++)
			printf("%02x", plugin->program.tag[byte]);
		fputs("\"}", stdout);
	}
	putchar(']');
}

static void print_policy(const struct look *look, const struct look_hook *hook)
{
	const struct look_policy *policy = &hook->policy;

	if (policy->position < 0 || !policy->is_readable) {
		fputs("\"policy\":null", stdout);
		return;
	}
	printf("\"policy\":{\"rules\":%" PRIu32 ",", policy->rules);
	print_text("default", policy->default_verdict);
	putchar(',');
	print_text("file", policy->file);
	if (look->unconfirmed_until)
		printf(",\"unconfirmed_until\":%" PRIu64 "}",
		       look->unconfirmed_until);
	else
		fputs(",\"unconfirmed_until\":null}", stdout);
}

static void print_foreign(const struct look_hook *hook)
{
	fputs("\"foreign\":[", stdout);
	for (int i = 0; i < hook->other_count; i++) {
		const char *text = hook->others[i].text;

		if (i)
			putchar(',');
		json_print(stdout, text, strlen(text));
	}
	fputs("]}", stdout);
}

static const char *hook_mode(const struct look_hook *hook)
{
	if (!hook->gate)
		return NULL;
	return hook->hook == TG_HOOK_XDP ? hook->mode : "clsact";
}

static void print_hook(const struct look *look, const struct look_hook *hook)
{
	printf("{\"hook\":\"%s\",", hook_name(hook->hook));
	print_text("mode", hook_mode(hook));
	printf(",\"multi_buffer\":%s,",
	       hook->gate && hook->is_multi ? "true" : "false");
	if (hook->gate)
		printf("\"gate\":%" PRIu32 ",", hook->gate);
	else
		fputs("\"gate\":null,", stdout);
	print_verdict("miss", hook->gate ? hook->miss : 0);
	putchar(',');
	print_verdict("default", hook->default_verdict);
	putchar(',');
	print_chain(hook);
	putchar(',');
	print_policy(look, hook);
	printf(",\"passed\":%" PRIu64 ",\"dropped\":%" PRIu64 ",", hook->passed,
	       hook->dropped);
	print_text("broken", hook->broken);
	putchar(',');
	print_foreign(hook);
}

static bool has_something(const struct look_hook *hook)
{
	return hook->gate || hook->broken[0] || hook->other_count;
}

static void print_memory(const struct look *look)
{
	if (look->has_pins)
		printf("{\"objects\":%" PRIu64 ",\"maps\":%" PRIu64
		       ",\"programs\":%" PRIu64 "}",
		       look->object_bytes, look->map_bytes,
		       look->program_bytes);
	else
		fputs("null", stdout);
}

bool look_print_json(const struct look *look, bool is_first)
{
	bool some = false;

	for (int i = 0; i < TG_HOOKS; i++) {
		if (!has_something(&look->hooks[i]))
			continue;
		if (!some) {
			fputs(is_first ? "{" : ",{", stdout);
			print_text("device", look->device);
			putchar(',');
			print_text("attachment", look->key);
			fputs(",\"hooks\":[", stdout);
		}
		if (some)
			putchar(',');
		print_hook(look, &look->hooks[i]);
		some = true;
	}
	if (!some)
		return false;
	fputs("],\"memory\":", stdout);
	print_memory(look);
	putchar('}');
	return true;
}

void look_print_json_stale(const char *key, const char *why, bool is_first)
{
	fputs(is_first ? "{" : ",{", stdout);
	print_text("attachment", key);
	putchar(',');
	print_text("why", why);
	putchar('}');
}
