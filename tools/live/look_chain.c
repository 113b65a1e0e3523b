// SPDX-License-Identifier: GPL-2.0-only
#include "look_chain.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "lib/hook_names.h"
#include "look_attachment.h"
#include "verdicts.h"
#include "watch_event.h"

/* --- arrays */

const char *array_name(enum tg_hook hook, bool is_multi)
{
	static char name[32];

	snprintf(name, sizeof(name), "tg_%s%s", hook_name(hook),
		 is_multi ? "f" : "");
	return name;
}

int look_pins_folder(const char *key, char *path)
{
	int size = snprintf(path, PATH_MAX, "%s/%s/tc/globals", LOOK_PINS_ROOT,
			    key);

	return size < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int array_info(int fd, struct bpf_map_info *info)
{
	__u32 size = sizeof(*info);

	*info = (struct bpf_map_info){ 0 };
	return bpf_obj_get_info_by_fd(fd, info, &size) < 0 ? -errno : 0;
}

/* Opens a pinned array of any layout. */
static int array_open_any(const char *pins, enum tg_hook hook, bool is_multi,
			  struct bpf_map_info *info)
{
	char path[PATH_MAX];
	int fd, err;

	if (snprintf(path, sizeof(path), "%s/%s", pins,
		     array_name(hook, is_multi)) >= PATH_MAX)
		return -ENAMETOOLONG;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return -errno;
	err = array_info(fd, info);
	if (!err)
		return fd;
	close(fd);
	return err;
}

static bool array_is_ours(const struct bpf_map_info *info)
{
	return info->type == BPF_MAP_TYPE_PROG_ARRAY &&
	       info->max_entries == TG_SLOTS;
}

int array_open(const char *pins, enum tg_hook hook, bool is_multi)
{
	struct bpf_map_info info;
	int fd = array_open_any(pins, hook, is_multi, &info);

	if (fd < 0 || array_is_ours(&info))
		return fd;
	close(fd);
	return -EPROTO;
}

int array_slot(int fd, uint32_t slot, uint32_t *id)
{
	*id = 0;
	if (bpf_map_lookup_elem(fd, &slot, id) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

/* Counts the programs in each bank. */
static int array_used(int fd, int used[TG_BANKS])
{
	memset(used, 0, TG_BANKS * sizeof(*used));
	for (uint32_t slot = 0; slot < TG_SLOTS; slot++) {
		uint32_t id;
		int err = array_slot(fd, slot, &id);

		if (err)
			return err;
		used[slot / TG_BANK_SLOTS] += id != 0;
	}
	return 0;
}

/* --- constants */

int chain_constants(const struct program *program, struct chain_constants *of)
{
	static const char *const names[] = { "tg_next_slot", "tg_miss",
					     "tg_serial", "end_verdict",
					     "tg_watch" };
	uint32_t values[5] = { 0 };
	bool found[5];
	int err = program_constants(program, 5, names, values, found);

	*of = (struct chain_constants){
		.has_next = found[0],
		.next = values[0],
		.has_miss = found[1],
		.miss = values[1],
		.has_serial = found[2],
		.serial = values[2],
		.has_end = found[3],
		.end = values[3],
		.watch = values[4],
	};
	return err;
}

int look_is_gate(const struct program *program, enum tg_hook hook,
		 struct chain_constants *constants)
{
	char name[32];
	int err;

	snprintf(name, sizeof(name), "gate_%s", hook_name(hook));
	if (strcmp(program->name, name))
		return 0;
	err = chain_constants(program, constants);
	if (err)
		return err;
	return constants->has_next && constants->has_miss;
}

/* --- from the gate to the end */

static bool uses_map(const struct program *program, uint32_t id)
{
	for (uint32_t i = 0; i < program->maps; i++) {
		if (program->map_ids[i] == id)
			return true;
	}
	return false;
}

struct array_search {
	const struct program *gate;
	struct look_hook *hook;
	bool is_ours; /* the array has this version's layout */
};

/* Returns 1 if the gate's array is pinned in this folder. */
static int search_folder(const char *pins, struct array_search *search)
{
	for (int is_multi = 0; is_multi < 2; is_multi++) {
		struct bpf_map_info info;
		int fd = array_open_any(pins, search->hook->hook, is_multi,
					&info);

		/* other attachments may disappear meanwhile */
		if (fd == -ENOENT)
			continue;
		if (fd < 0)
			return look_fail(
				fd, "%s/%s", pins,
				array_name(search->hook->hook, is_multi));
		close(fd);
		if (!uses_map(search->gate, info.id))
			continue;
		search->is_ours = array_is_ours(&info);
		search->hook->is_multi = is_multi;
		snprintf(search->hook->pins, sizeof(search->hook->pins), "%s",
			 pins);
		return 1;
	}
	return 0;
}

static int search_key(const char *key, void *context)
{
	char pins[PATH_MAX];

	if (look_pins_folder(key, pins))
		return 0;
	return search_folder(pins, context);
}

/*
 * Searches the attachment's own pins, then all others: if the device was
 * renamed, its pins are under the old name.
 */
static int find_array(const struct look *look, struct array_search *search)
{
	int found = search_key(look->key, search);

	return found ? found : look_each_key(search_key, search);
}

static void set_broken(struct look_hook *hook, const char *why)
{
	snprintf(hook->broken, sizeof(hook->broken), "%s", why);
}

static void set_name(struct look_plugin *plugin, enum tg_hook hook)
{
	char *name = plugin->program.name;
	size_t size = strlen(name), tail = strlen(hook_name(hook)) + 1;

	if (size > tail && name[size - tail] == '_' &&
	    !strcmp(name + size - tail + 1, hook_name(hook)))
		name[size - tail] = '\0';
}

/* Adds the program in the next slot. Returns 1 at the end of the chain. */
static int chain_step(struct look_hook *hook, int fd, uint32_t *slot)
{
	struct look_plugin plugin = { .slot = *slot };
	struct chain_constants constants;
	uint32_t id;
	int err = array_slot(fd, *slot, &id);

	if (!err && id)
		err = program_read(&plugin.program, id);
	if (!err && id)
		err = chain_constants(&plugin.program, &constants);
	/* -ENOENT: the program was unloaded between the two calls */
	if (err == -ENOENT || (!err && !id)) {
		snprintf(hook->broken, sizeof(hook->broken),
			 "slot %" PRIu32 " is empty", *slot);
		return 1;
	}
	if (err)
		return look_fail(err, "slot %" PRIu32 " of the chain on %s",
				 *slot, hook_name(hook->hook));
	if (constants.watch != TG_WATCH_OFF)
		hook->is_watched = true;
	if (constants.has_end) {
		hook->default_verdict = constants.end;
		hook->end = id;
		hook->end_slot = *slot;
		return 1;
	}
	plugin.serial = constants.serial;
	set_name(&plugin, hook->hook);
	hook->plugins[hook->plugin_count++] = plugin;
	*slot = constants.has_next ? constants.next : TG_SLOT_NONE;
	return 0;
}

static int chain_walk(struct look_hook *hook)
{
	int fd = array_open(hook->pins, hook->hook, hook->is_multi);
	uint32_t slot = hook->slot;
	int done = 0;

	if (fd == -ENOENT) {
		hook->pins[0] = '\0';
		set_broken(hook, "its pins are gone");
		return 0;
	}
	if (fd < 0)
		return look_fail(fd, "%s/%s", hook->pins,
				 array_name(hook->hook, hook->is_multi));
	for (int steps = 0; !done && steps < TG_BANK_SLOTS; steps++) {
		if (slot == TG_SLOT_NONE)
			break;
		done = chain_step(hook, fd, &slot);
	}
	close(fd);
	if (!done)
		set_broken(hook, "it has no end");
	return done < 0 ? done : 0;
}

int look_chain(const struct look *look, struct look_hook *hook,
	       const struct program *gate)
{
	struct array_search search = { .gate = gate, .hook = hook };
	int found = find_array(look, &search);

	if (found < 0)
		return found;
	if (!found) {
		/* the next attach will make a new array */
		set_broken(hook, "its pins are gone");
		return 0;
	}
	if (!search.is_ours) {
		hook->is_other_version = true;
		set_broken(hook, "another version of tailgate has made it");
		return 0;
	}
	return chain_walk(hook);
}

/* --- hooks with and without a gate */

int look_own_arrays(const struct look *look, struct look_hook *hook)
{
	char pins[PATH_MAX];
	int err = look_pins_folder(look->key, pins);

	if (look->life == LOOK_LIFE_NAMESPACE) /* another device's pins */
		return 0;
	for (int is_multi = 0; !err && is_multi < 2; is_multi++) {
		int used[TG_BANKS] = { 0 };
		int fd = array_open(pins, hook->hook, is_multi);

		if (fd == -ENOENT)
			continue;
		if (fd == -EPROTO) {
			if (!hook->gate && !is_multi)
				hook->is_other_version = true;
			continue;
		}
		err = fd < 0 ? fd : array_used(fd, used);
		if (fd >= 0)
			close(fd);
		if (err)
			return look_fail(err, "%s/%s", pins,
					 array_name(hook->hook, is_multi));
		if (used[0] || used[1])
			hook->was_attached = true;
		if (is_multi == hook->is_multi)
			memcpy(hook->used, used, sizeof(used));
	}
	return err;
}
