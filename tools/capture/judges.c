// SPDX-License-Identifier: GPL-2.0-only
#include "judges.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/elf_object.h"
#include "lib/hook_names.h"
#include "live/loaded_rules.h"

/* In ms: a file may be renamed some time after the program is in force. */
#define TRY_AGAIN 100

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static int read_rules(const struct elf_object *object, struct rule_lines *rules)
{
	size_t size;
	const char *section =
		elf_object_section(object, ".rodata.rules", &size);
	char *text;

	*rules = (struct rule_lines){ 0 };
	if (!section)
		return -EPROTO;
	text = rule_text_copy(section, size);
	return text ? rule_lines_parse(rules, text, false) : -ENOMEM;
}

/* The name of the program without its hook. */
static void read_name(const struct elf_object *object, enum tg_hook hook,
		      char *name, size_t size)
{
	const char *function, *tail;
	char section[32];

	snprintf(section, sizeof(section), "%s", hook_name(hook));
	function = elf_object_function(object, section);
	if (!function) {
		snprintf(section, sizeof(section), "%s.frags", hook_name(hook));
		function = elf_object_function(object, section);
	}
	if (!function)
		function = "?";
	tail = strrchr(function, '_');
	if (!tail || strcmp(tail + 1, hook_name(hook)))
		tail = function + strlen(function);
	snprintf(name, size, "%.*s", (int)(tail - function), function);
}

static uint8_t serial_of(const struct elf_object *object)
{
	struct elf_constant constant;

	return elf_object_find(object, "tg_serial", &constant)
		       ? elf_constant_get(object, &constant)
		       : 0;
}

/* Returns whether the file is that of the program that told the event. */
static bool judge_read(struct judge *judge, const char *path,
		       const struct tg_watch_event *event)
{
	struct elf_object object;

	if (elf_object_load(&object, path))
		return false;
	if (serial_of(&object) == event->serial) {
		rule_lines_free(&judge->rules);
		judge->is_read = true;
		judge->serial = event->serial;
		read_name(&object, event->hook, judge->plugin,
			  sizeof(judge->plugin));
		if (read_rules(&object, &judge->rules))
			judge->rules = (struct rule_lines){ 0 };
	}
	elf_object_free(&object);
	return judge->is_read && judge->serial == event->serial;
}

const struct judge *judge_of(struct judges *judges,
			     const struct tg_watch_event *event)
{
	struct judge *judge = &judges->list[event->hook % TG_HOOKS]
					   [event->program % TG_WATCH_PROGRAMS];
	uint64_t now;
	char path[PATH_MAX];

	if (event->program >= TG_WATCH_GATE) {
		snprintf(judge->plugin, sizeof(judge->plugin), "gate");
		return judge;
	}
	if (judge->is_read && judge->serial == event->serial)
		return judge;
	now = now_ms();
	if (judge->tried && now - judge->tried < TRY_AGAIN)
		return judge;
	judge->tried = now;
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s.%u.o%s", judges->objects,
			 hook_name(event->hook), event->program - 1,
			 i ? "" : ".new");
		if (judge_read(judge, path, event))
			break;
	}
	return judge;
}

const struct rule_line *judge_rule(const struct judge *judge,
				   const struct tg_watch_event *event)
{
	const struct rule_lines *rules = &judge->rules;
	uint32_t rule = event->rule;

	if (!judge->is_read || judge->serial != event->serial ||
	    rule >= rules->count)
		return NULL;
	if (rules->lines[rule].over_of)
		rule = rules->lines[rule].over_of;
	return rule < rules->count ? &rules->lines[rule] : NULL;
}

int judge_find_over(const char *path, uint32_t rule, uint32_t *over)
{
	struct elf_object object;
	struct rule_lines rules;
	uint32_t count = 0;
	int err = elf_object_read(&object, path);

	*over = TG_WATCH_NO_RULE;
	if (err)
		return err;
	err = read_rules(&object, &rules);
	elf_object_free(&object);
	for (uint32_t i = 0; !err && i < rules.count; i++) {
		if (!rules.lines[i].over_of)
			count++;
		else if (rules.lines[i].over_of == rule)
			*over = i;
	}
	if (!err && rule >= count) {
		fprintf(stderr,
			"tailgate: no rule %" PRIu32 ": the policy has %" PRIu32
			" rules, and 0 is its default\n",
			rule, count - 1);
		err = -ENOENT;
	}
	rule_lines_free(&rules);
	return err;
}

void judges_free(struct judges *judges)
{
	for (int hook = 0; hook < TG_HOOKS; hook++) {
		for (int i = 0; i < TG_WATCH_PROGRAMS; i++)
			rule_lines_free(&judges->list[hook][i].rules);
	}
}
