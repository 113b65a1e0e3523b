// SPDX-License-Identifier: GPL-2.0-only
#include "look_print.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/elf_object.h"
#include "lib/hook_names.h"
#include "lib/verdict_names.h"
#include "look_attachment.h"
#include "look_chain.h"
#include "policy_table.h"

/* How often a slot is read again if its program changes between two reads. */
#define SLOT_TRIES 10

static void print_name(const char *format, va_list words)
{
	vprintf(format, words);
	putchar('=');
}

void look_line(const char *value, const char *name, ...)
{
	va_list words;

	va_start(words, name);
	print_name(name, words);
	va_end(words);
	for (; value && *value; value++) {
		unsigned char letter = *value;

		putchar(letter < ' ' || letter == 0x7f ? '?' : letter);
	}
	putchar('\n');
}

void look_number(uint64_t value, const char *name, ...)
{
	va_list words;

	va_start(words, name);
	print_name(name, words);
	va_end(words);
	printf("%" PRIu64 "\n", value);
}

/* An empty value is false in bash. */
static const char *bash_flag(bool value)
{
	return value ? "1" : "";
}

/* --- a hook */

static void print_plugin(const char *hook, int i,
			 const struct look_plugin *plugin)
{
	look_line(plugin->program.name, "%s.%d.name", hook, i);
	look_number(plugin->slot, "%s.%d.slot", hook, i);
	look_number(plugin->program.id, "%s.%d.id", hook, i);
	look_number(plugin->serial, "%s.%d.serial", hook, i);
	printf("%s.%d.tag=", hook, i);
	for (size_t byte = 0; byte < sizeof(plugin->program.tag); byte++)
		printf("%02x", plugin->program.tag[byte]);
	putchar('\n');
}

static void print_policy(const char *hook, const struct look_hook *of,
			 bool rules)
{
	const struct look_policy *policy = &of->policy;
	const struct look_plugin *plugin;

	printf("%s.policies=", hook);
	for (int i = 0, some = 0; i < of->plugin_count; i++) {
		if (!strcmp(of->plugins[i].program.name, "policy"))
			printf("%s%d", some++ ? " " : "", i);
	}
	putchar('\n');
	if (policy->position < 0)
		return;
	plugin = &of->plugins[policy->position];
	look_number(policy->position, "%s.policy.position", hook);
	look_number(plugin->slot, "%s.policy.slot", hook);
	look_number(plugin->serial, "%s.policy.serial", hook);
	look_number(plugin->program.id, "%s.policy.program", hook);
	look_number(policy->version, "%s.policy.version", hook);
	look_line(bash_flag(policy->is_readable), "%s.policy.readable", hook);
	if (!rules || !policy->is_readable)
		return;
	look_number(policy->rules, "%s.policy.rules", hook);
	look_line(policy->default_verdict, "%s.policy.default", hook);
	look_line(policy->file, "%s.policy.file", hook);
}

/* All names are printed, even without a value, as bash runs with set -u. */
static void print_gate(const char *name, const struct look_hook *hook)
{
	look_line("", "%s.gate", name);
	if (hook->gate)
		look_number(hook->gate, "%s.gate", name);
	look_number(hook->slot, "%s.slot", name);
	look_line(hook->gate ? verdict_name(hook->miss) : "", "%s.miss", name);
	printf("%s.array=", name);
	if (hook->pins[0])
		printf("%s/%s", hook->pins,
		       array_name(hook->hook, hook->is_multi));
	putchar('\n');
	look_line(hook->broken, "%s.broken", name);
	look_line(bash_flag(hook->is_watched), "%s.watched", name);
	look_line(hook->default_verdict ? verdict_name(hook->default_verdict)
					: "",
		  "%s.default", name);
	printf("%s.end=", name);
	if (hook->default_verdict)
		printf("%" PRIu32 ":%" PRIu32, hook->end_slot, hook->end);
	putchar('\n');
}

static void print_hook(const struct look_hook *hook, bool rules)
{
	const char *name = hook_name(hook->hook);

	print_gate(name, hook);
	look_line(hook->mode, "%s.mode", name);
	look_line(hook->is_multi ? ".frags" : "", "%s.build", name);
	look_line(hook->foreign, "%s.foreign", name);
	look_line(bash_flag(hook->is_used), "%s.used", name);
	look_number(hook->other_count, "%s.others", name);
	for (int i = 0; i < hook->other_count; i++)
		look_line(hook->others[i].text, "%s.other.%d", name, i);
	look_line(bash_flag(hook->was_attached), "%s.attached", name);
	look_line(bash_flag(hook->is_other_version), "%s.other_version", name);
	for (int bank = 0; bank < TG_BANKS; bank++)
		look_number(hook->used[bank], "%s.bank.%d", name,
			    bank * TG_BANK_SLOTS);
	look_number(hook->plugin_count, "%s.plugins", name);
	for (int i = 0; i < hook->plugin_count; i++)
		print_plugin(name, i, &hook->plugins[i]);
	print_policy(name, hook, rules);
	if (rules) {
		look_number(hook->passed, "%s.passed", name);
		look_number(hook->dropped, "%s.dropped", name);
	}
}

/* --- the device */

static const char *life_word(enum look_life life)
{
	switch (life) {
	case LOOK_LIFE_SAME:
		return "same";
	case LOOK_LIFE_DEVICE:
		return "device";
	case LOOK_LIFE_NAMESPACE:
		return "namespace";
	default:
		return "";
	}
}

static int print_attachment(const struct look *look)
{
	bool is_mounted, has_others;
	int err = look_root(look->key, &is_mounted, &has_others);

	if (err)
		return err;
	look_line(look->key, "key");
	look_number(look->inode, "inode");
	look_number(look->cookie, "cookie");
	look_line(bash_flag(look->has_pins), "pins");
	look_line(bash_flag(look->has_objects), "objects");
	look_line(life_word(look->life), "life");
	look_line(bash_flag(is_mounted), "mounted");
	look_line(bash_flag(has_others), "others");
	look_line(bash_flag(look_is_private()), "private");
	look_line(bash_flag(look_shares_mounts()), "shares_mounts");
	look_line(bash_flag(look_is_busy(look->key)), "busy");
	look_number(look->unconfirmed_until, "unconfirmed_until");
	look_number(TG_POLICY_VERSION, "policy_version");
	return 0;
}

static void print_sets(const struct look *look)
{
	look_number(look->set_count, "sets");
	for (uint32_t i = 0; i < look->set_count; i++) {
		const struct look_set *set = &look->sets[i];

		look_line(set->name, "set.%u.name", i);
		look_number(set->entries, "set.%u.entries", i);
		look_number(set->size, "set.%u.size", i);
		look_number(set->refused, "set.%u.refused", i);
	}
}

static void print_flows(const struct look *look)
{
	const struct look_flows *flows = &look->flows;

	if (!flows->has_table)
		return;
	look_number(flows->counts.all, "flows");
	look_number(flows->room, "flows.room");
	look_number(flows->refused, "flows.refused");
	printf("flows.states=");
	for (int i = 0, some = 0; i < TG_FLOW_STATES; i++)
		if (flows->counts.states[i])
			printf("%s%s", some++ ? " " : "", flow_state_name(i));
	putchar('\n');
	for (int i = 0; i < TG_FLOW_STATES; i++)
		if (flows->counts.states[i])
			look_number(flows->counts.states[i], "flows.state.%s",
				    flow_state_name(i));
}

static void print_limits(const struct look *look)
{
	const struct look_limits *limits = &look->limits;

	if (!limits->has_table)
		return;
	look_number(limits->keys, "limits");
	look_number(limits->room, "limits.room");
	look_number(limits->over, "limits.over");
	look_number(limits->full, "limits.full");
}

/* Reasons that say that something did not go as it should. */
static const enum tg_reason troubles[] = {
	TG_REASON_MALFORMED,	 TG_REASON_MISSED_CALL,
	TG_REASON_REPLY_FAILED,	 TG_REASON_CHANGE_FAILED,
	TG_REASON_MIRROR_FAILED,
};

static void print_health(const struct look *look)
{
	look_line(look->offloads, "offloads");
	look_number(look->queues, "queues");
	for (size_t i = 0; i < sizeof(troubles) / sizeof(*troubles); i++)
		look_number(look->counted[troubles[i]], "counted.%s",
			    reason_name(troubles[i]));
}

int look_print_lines(const struct look *look, const struct look_wants *wants)
{
	int err;

	look_line(look->device, "device");
	look_line("", "index");
	if (look->index) {
		look_number(look->index, "index");
		look_number(look->mtu, "mtu");
		look_line(look->link, "link");
		look_line(look->qdisc, "qdisc");
	}
	err = print_attachment(look);
	if (err || !look->index || wants->place_alone)
		return err;
	for (int hook = 0; hook < TG_HOOKS; hook++)
		print_hook(&look->hooks[hook], wants->rules);
	if (wants->rules && look->has_pins) {
		look_number(look->object_bytes, "object_bytes");
		look_number(look->map_bytes, "map_bytes");
		look_number(look->program_bytes, "program_bytes");
		print_sets(look);
		print_flows(look);
		print_limits(look);
	}
	if (wants->health)
		print_health(look);
	return wants->files ? look_print_files(look->key) : 0;
}

/* --- objects */

static void print_file(const char *name, const struct elf_object *object)
{
	static const char *const constants[] = { "tg_serial", "tg_next_slot",
						 "tg_miss" };
	static const char *const words[] = { "serial", "next", "miss" };

	for (int i = 0; i < 3; i++) {
		struct elf_constant constant;

		if (elf_object_find(object, constants[i], &constant))
			look_number(elf_constant_get(object, &constant),
				    "file.%s.%s", name, words[i]);
	}
}

static bool has_tail(const char *name, const char *tail)
{
	size_t size = strlen(name);

	return size > strlen(tail) && !strcmp(name + size - strlen(tail), tail);
}

/*
 * Accepts "ingress.0.o" and "ingress.0.o.new", a file not yet renamed; also
 * files of other hooks.
 */
static int is_object(const struct dirent *entry)
{
	const char *name = entry->d_name;

	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.")])
		return 0;
	return has_tail(name, ".o") || has_tail(name, ".o.new");
}

int look_print_files(const char *key)
{
	char folder[PATH_MAX], path[2 * PATH_MAX];
	struct dirent **entries;
	int count, err = 0;

	snprintf(folder, sizeof(folder), "%s/%s", LOOK_OBJECTS_ROOT, key);
	count = scandir(folder, &entries, is_object, alphasort);
	if (count < 0)
		return errno == ENOENT ? 0 : look_fail(-errno, "%s", folder);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		struct elf_object object;
		int failed;

		snprintf(path, sizeof(path), "%s/%s", folder, name);
		failed = elf_object_load(&object, path);
		if (!failed) {
			print_file(name, &object);
			elf_object_free(&object);
		} else if (failed != -ENOENT && failed != -ENOEXEC && !err) {
			err = look_fail(failed, "%s", path);
		}
		free(entries[i]);
	}
	free(entries);
	return err;
}

/* --- slots */

/* Reads the program in a slot; its id is 0 if the slot is empty. */
static int read_slot(int fd, uint32_t slot, struct program *program)
{
	int err = -ENOENT;

	for (int try = 0; err == -ENOENT && try < SLOT_TRIES; try++) {
		uint32_t id;

		program->id = 0;
		err = array_slot(fd, slot, &id);
		if (!err && id)
			err = program_read(program, id);
	}
	return err;
}

static int print_slot(int fd, enum tg_hook hook, bool is_multi, uint32_t slot)
{
	struct chain_constants constants;
	struct program program;
	int err = read_slot(fd, slot, &program);

	if (!err && program.id)
		err = chain_constants(&program, &constants);
	if (err || !program.id)
		return err;
	look_number(constants.serial, "slot.%s%s.%" PRIu32, hook_name(hook),
		    is_multi ? ".frags" : "", slot);
	return 0;
}

static int print_array(const char *pins, enum tg_hook hook, bool is_multi)
{
	int fd = array_open(pins, hook, is_multi);
	int err = 0;

	if (fd == -ENOENT)
		return 0;
	if (fd == -EPROTO) {
		look_line("1", "other_version.%s%s", hook_name(hook),
			  is_multi ? ".frags" : "");
		return 0;
	}
	if (fd < 0)
		return look_fail(fd, "%s/%s", pins, array_name(hook, is_multi));
	for (uint32_t slot = 0; !err && slot < TG_SLOTS; slot++)
		err = print_slot(fd, hook, is_multi, slot);
	close(fd);
	return err ? look_fail(err, "%s/%s", pins, array_name(hook, is_multi))
		   : 0;
}

int look_print_slots(const char *key)
{
	char pins[PATH_MAX];
	int err = look_pins_folder(key, pins);

	for (int hook = 0; !err && hook < TG_HOOKS; hook++) {
		err = print_array(pins, hook, false);
		if (!err)
			err = print_array(pins, hook, true);
	}
	return err;
}
