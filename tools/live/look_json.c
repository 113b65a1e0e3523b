// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>

#include "lib/hook_names.h"
#include "lib/json_print.h"
#include "lib/verdict_names.h"
#include "look_attachment.h"
#include "look_print.h"

/* null for an empty string */
static json_t *text_or_null(const char *text)
{
	return string_to_json(text && *text ? text : NULL);
}

static json_t *verdict(uint32_t verdict)
{
	return text_or_null(verdict ? verdict_name(verdict) : NULL);
}

static json_t *number_or_null(uint64_t number)
{
	return number ? json_integer(number) : json_null();
}

static json_t *chain_to_json(const struct look_hook *hook)
{
	json_t *chain = json_array();

	for (int i = 0; i < hook->plugin_count; i++) {
		const struct look_plugin *plugin = &hook->plugins[i];
		char tag[2 * sizeof(plugin->program.tag) + 1];

		for (size_t byte = 0; byte < sizeof(plugin->program.tag);
		     byte++)
			sprintf(tag + 2 * byte, "%02x",
				plugin->program.tag[byte]);
		add_json_item(chain,
			      json_pack("{s:o, s:I, s:I, s:s}", "plugin",
					text_or_null(plugin->program.name),
					"slot", (json_int_t)plugin->slot, "id",
					(json_int_t)plugin->program.id, "tag",
					tag));
	}
	return chain;
}

static json_t *policy_to_json(const struct look *look,
			      const struct look_hook *hook)
{
	const struct look_policy *policy = &hook->policy;

	if (policy->position < 0 || !policy->is_readable)
		return json_null();
	return json_pack("{s:I, s:o, s:o, s:o}", "rules",
			 (json_int_t)policy->rules, "default",
			 text_or_null(policy->default_verdict), "file",
			 text_or_null(policy->file), "unconfirmed_until",
			 number_or_null(look->unconfirmed_until));
}

static json_t *others_to_json(const struct look_hook *hook)
{
	json_t *others = json_array();

	for (int i = 0; i < hook->other_count; i++)
		add_json_item(others, string_to_json(hook->others[i].text));
	return others;
}

static const char *hook_mode(const struct look_hook *hook)
{
	if (!hook->gate)
		return NULL;
	return hook->hook == TG_HOOK_XDP ? hook->mode : "clsact";
}

static json_t *hook_to_json(const struct look *look,
			    const struct look_hook *hook)
{
	return json_pack(
		"{s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:b, s:I, s:I, s:o, "
		"s:o}",
		"hook", hook_name(hook->hook), "mode",
		text_or_null(hook_mode(hook)), "multi_buffer",
		hook->gate && hook->is_multi, "gate",
		number_or_null(hook->gate), "miss",
		verdict(hook->gate ? hook->miss : 0), "default",
		verdict(hook->default_verdict), "chain", chain_to_json(hook),
		"policy", policy_to_json(look, hook), "watched",
		hook->is_watched, "passed", (json_int_t)hook->passed, "dropped",
		(json_int_t)hook->dropped, "broken", text_or_null(hook->broken),
		"foreign", others_to_json(hook));
}

static bool has_something(const struct look_hook *hook)
{
	return hook->gate || hook->broken[0] || hook->other_count;
}

static json_t *memory_to_json(const struct look *look)
{
	if (!look->has_pins)
		return json_null();
	return json_pack("{s:I, s:I, s:I}", "objects",
			 (json_int_t)look->object_bytes, "maps",
			 (json_int_t)look->map_bytes, "programs",
			 (json_int_t)look->program_bytes);
}

static json_t *sets_to_json(const struct look *look)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < look->set_count; i++) {
		const struct look_set *set = &look->sets[i];

		add_json_item(list, json_pack("{s:s, s:I, s:I, s:I}", "name",
					      set->name, "entries",
					      (json_int_t)set->entries, "size",
					      (json_int_t)set->size, "refused",
					      (json_int_t)set->refused));
	}
	return list;
}

static json_t *flows_to_json(const struct look *look)
{
	const struct look_flows *flows = &look->flows;

	if (!flows->has_table)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:o}", "flows",
			 (json_int_t)flows->counts.all, "room",
			 (json_int_t)flows->room, "refused",
			 (json_int_t)flows->refused, "states",
			 flow_counts_to_json(&flows->counts));
}

static json_t *limits_to_json(const struct look *look)
{
	const struct look_limits *limits = &look->limits;

	if (!limits->has_table)
		return json_null();
	return json_pack(
		"{s:I, s:I, s:I, s:I}", "keys", (json_int_t)limits->keys,
		"room", (json_int_t)limits->room, "over",
		(json_int_t)limits->over, "full", (json_int_t)limits->full);
}

json_t *look_to_json(const struct look *look)
{
	json_t *hooks = json_array();

	for (int i = 0; i < TG_HOOKS; i++) {
		if (has_something(&look->hooks[i]))
			add_json_item(hooks,
				      hook_to_json(look, &look->hooks[i]));
	}
	if (!json_array_size(hooks)) {
		json_decref(hooks);
		return NULL;
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "device",
			 text_or_null(look->device), "attachment",
			 text_or_null(look->key), "hooks", hooks, "sets",
			 sets_to_json(look), "flows", flows_to_json(look),
			 "limits", limits_to_json(look), "memory",
			 memory_to_json(look));
}

json_t *look_stale_to_json(const char *key, const char *why)
{
	return json_pack("{s:o, s:o}", "attachment", text_or_null(key), "why",
			 text_or_null(why));
}
