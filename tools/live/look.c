// SPDX-License-Identifier: GPL-2.0-only
#include "look.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "lib/hook_names.h"
#include "look_attachment.h"
#include "look_chain.h"
#include "look_device.h"
#include "look_offloads.h"
#include "look_rules.h"
#include "watch_event.h"

/* How often a hook is read again if a program is replaced between two reads. */
#define HOOK_TRIES 10

/* --- the error message */

static char error[512];

int look_fail(int err, const char *format, ...)
{
	char what[400];
	va_list words;

	va_start(words, format);
	vsnprintf(what, sizeof(what), format, words);
	va_end(words);
	snprintf(error, sizeof(error), "%s: %s", what, strerror(-err));
	return err;
}

const char *look_error(void)
{
	return error;
}

int look_live_fail(const struct look *look, const char *name, int err)
{
	if (err != -EPROTO)
		return look_fail(err, LOOK_PINS_ROOT "/%s/tc/globals/%s",
				 look->key, name);
	snprintf(error, sizeof(error),
		 "its table %s was made by another version of tailgate: use "
		 "that one, or 'tailgate detach %s' and attach it again",
		 name, look->device);
	return err;
}

int look_live_map(const struct look *look, const char *name, int *fd)
{
	char pin[PATH_MAX];

	snprintf(pin, sizeof(pin), LOOK_PINS_ROOT "/%s/tc/globals/%s",
		 look->key, name);
	*fd = bpf_obj_get(pin);
	return *fd < 0 && errno != ENOENT ? look_live_fail(look, name, -errno)
					  : 0;
}

/* --- what is on the hook */

struct hook_context {
	struct look_hook *hook;
	struct program gate;
};

static void add_other(struct look_hook *hook, const char *format,
		      const char *text)
{
	if (hook->other_count < LOOK_OTHERS_MAX)
		snprintf(hook->others[hook->other_count++].text, LOOK_TEXT_SIZE,
			 format, text);
}

/* Reads the constants of a gate; 0 if the program is not a gate. */
static int take_gate(struct hook_context *context,
		     const struct program *program)
{
	struct look_hook *hook = context->hook;
	struct chain_constants constants;
	int is_gate = look_is_gate(program, hook->hook, &constants);

	if (is_gate <= 0)
		return is_gate;
	context->gate = *program;
	hook->gate = program->id;
	hook->slot = constants.next;
	hook->miss = constants.miss;
	hook->is_watched = constants.watch != TG_WATCH_OFF;
	return 1;
}

static int read_xdp_program(struct hook_context *context, const char *mode,
			    uint32_t id)
{
	struct look_hook *hook = context->hook;
	struct program program;
	int is_gate, err;

	if (!id)
		return 0;
	err = program_read(&program, id);
	if (err)
		return err;
	hook->mode = mode;
	is_gate = take_gate(context, &program);
	if (is_gate == 0)
		snprintf(hook->foreign, sizeof(hook->foreign),
			 "XDP program %" PRIu32 " (%s, %s)", id,
			 program.name[0] ? program.name : "without a name",
			 mode);
	return is_gate < 0 ? is_gate : 0;
}

static int read_xdp(struct look *look, struct hook_context *context)
{
	struct look_xdp xdp;
	int err = look_link(look, &xdp);

	if (!err)
		err = read_xdp_program(context, "native", xdp.native);
	if (!err)
		err = read_xdp_program(context, "generic", xdp.generic);
	if (!err)
		err = read_xdp_program(context, "offload", xdp.offload);
	return err;
}

static int visit_filter(const struct look_filter *filter, void *words)
{
	struct hook_context *context = words;
	struct look_hook *hook = context->hook;
	char text[LOOK_TEXT_SIZE];
	int is_gate = 0, err = 0;

	if (!filter->handle) { /* announces the filters of its pref */
		hook->is_used |= filter->pref != LOOK_PREF;
		return 0;
	}
	look_filter_words(filter, text);
	if (filter->pref != LOOK_PREF || filter->handle != LOOK_HANDLE) {
		hook->is_used = true;
		add_other(hook, "filter %s", text);
		return 0;
	}
	if (filter->program) {
		struct program program;

		err = program_read(&program, filter->program);
		if (!err)
			is_gate = take_gate(context, &program);
		if (is_gate < 0)
			err = is_gate;
	}
	if (err || is_gate)
		return err;
	hook->is_used = true;
	snprintf(hook->foreign, sizeof(hook->foreign),
		 "filter at pref %d (%.200s)", LOOK_PREF, text);
	return 0;
}

/*
 * The kernel returns the ingress filters if a qdisc without egress is asked for
 * egress filters, so skip it.
 */
static int read_filters(struct look *look, struct hook_context *context)
{
	struct look_hook *hook = context->hook;
	bool is_there = look->qdisc && (hook->hook == TG_HOOK_INGRESS ||
					!strcmp(look->qdisc, "clsact"));
	int err = 0;

	if (is_there)
		err = look_filters(look->index, hook->hook, visit_filter,
				   context);
	return err ? err : look_tcx(look->index, hook);
}

static void reset_hook(struct look_hook *hook, enum tg_hook number)
{
	free(hook->policy.file);
	*hook = (struct look_hook){ .hook = number,
				    .policy = { .position = -1 } };
}

/* Returns -ENOENT or -EAGAIN if something changed during the read. */
static int read_once(struct look *look, enum tg_hook number, bool rules)
{
	struct hook_context context = { .hook = &look->hooks[number] };
	int err;

	reset_hook(context.hook, number);
	context.hook->is_multi =
		number == TG_HOOK_XDP && look->mtu > LOOK_SINGLE_BUFFER_MTU;
	if (number == TG_HOOK_XDP)
		err = read_xdp(look, &context);
	else
		err = read_filters(look, &context);
	if (!err && context.hook->foreign[0]) {
		struct look_hook *hook = context.hook;

		memmove(hook->others + 1, hook->others,
			(LOOK_OTHERS_MAX - 1) * sizeof(*hook->others));
		snprintf(hook->others[0].text, LOOK_TEXT_SIZE, "%s",
			 hook->foreign);
		if (hook->other_count < LOOK_OTHERS_MAX)
			hook->other_count++;
	}
	if (!err && context.hook->gate)
		err = look_chain(look, context.hook, &context.gate);
	return err ? err : look_policy(context.hook, rules);
}

/*
 * A chain that is replaced during the read looks broken, so a broken one is
 * read again until its gate is the same twice.
 */
static int read_hook(struct look *look, enum tg_hook number, bool rules)
{
	struct look_hook *hook = &look->hooks[number];
	uint32_t gate = 0;
	int err = -EAGAIN;

	for (int try = 0; try < HOOK_TRIES; try++) {
		err = read_once(look, number, rules);
		if (err == -ENOENT || err == -EAGAIN)
			continue;
		if (err || !hook->broken[0] || hook->gate == gate)
			break;
		gate = hook->gate;
	}
	if (err)
		return look_fail(err, "%s of %s", hook_name(number),
				 look->device);
	return look_own_arrays(look, hook);
}

/* --- the whole device */

int look_read(struct look *look, const char *device,
	      const struct look_wants *wants)
{
	struct look_xdp xdp;
	int err;

	*look = (struct look){ 0 };
	snprintf(look->device, sizeof(look->device), "%s", device);
	err = look_place(look);
	if (!err)
		err = look_link(look, &xdp);
	if (!err)
		err = look_attachment(look);
	if (err || !look->index || wants->place_alone)
		return err;
	err = look_qdisc(look);
	for (int hook = 0; !err && hook < TG_HOOKS; hook++)
		err = read_hook(look, hook, wants->rules);
	if (!err && wants->rules)
		err = look_sums(look, wants->counters);
	if (!err && wants->health)
		err = look_offloads_read(look);
	return err;
}

void look_free(struct look *look)
{
	for (int hook = 0; hook < TG_HOOKS; hook++)
		free(look->hooks[hook].policy.file);
	free(look->counters);
	*look = (struct look){ 0 };
}

void look_judge(struct look *look)
{
	bool is_busy = look_is_busy(look->key);

	for (int i = 0; i < TG_HOOKS; i++) {
		struct look_hook *hook = &look->hooks[i];

		if (!hook->gate && hook->was_attached && !is_busy)
			snprintf(hook->broken, sizeof(hook->broken),
				 hook->foreign[0] ? "the gate was replaced"
						  : "the gate is gone");
	}
}

static bool hook_is_wrong(const struct look *look, const struct look_hook *hook)
{
	char own[PATH_MAX];

	if (hook->broken[0])
		return true;
	return hook->gate && hook->pins[0] &&
	       !look_pins_folder(look->key, own) && strcmp(own, hook->pins);
}

bool look_is_wrong(const struct look *look)
{
	for (int hook = 0; hook < TG_HOOKS; hook++) {
		if (hook_is_wrong(look, &look->hooks[hook]))
			return true;
	}
	return false;
}
