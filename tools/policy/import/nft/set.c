// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets whose elements change: matches on them, and 'add', 'update' and
 * 'delete'. They become sets of the policy, which start empty.
 */
#include <string.h>

#include "nft.h"
#include "policy/language/limits.h"
#include "policy/language/set_kind.h"

static bool has_flag(json_t *set, const char *name)
{
	json_t *flags = json_object_get(set, "flags"), *flag;
	size_t i;

	json_array_foreach (flags, i, flag) {
		if (json_string_value(flag) &&
		    !strcmp(json_string_value(flag), name))
			return true;
	}
	return false;
}

static struct nft_set *set_of(const struct nft *nft, json_t *json)
{
	const char *name = json_string_value(json);
	const struct name *found;

	if (!name || *name != '@')
		return NULL;
	found = names_find(&nft->set_names, name + 1, strlen(name + 1));
	return found ? &nft->sets[found->index] : NULL;
}

static void note_rule(struct nft *nft, json_t *rule)
{
	json_t *statement;
	size_t i;

	json_array_foreach (json_object_get(rule, "expr"), i, statement) {
		json_t *change = json_object_get(statement, "set");
		struct nft_set *set =
			set_of(nft, json_object_get(change, "set"));

		if (set && json_object_get(change, "stmt"))
			set->limits++;
		else if (set)
			set->is_live = set->is_asked = true;
		set = set_of(nft, json_object_get(
					  json_object_get(statement, "match"),
					  "right"));
		if (set)
			set->is_asked = true;
	}
}

void nft_find_live_sets(struct nft *nft)
{
	json_t *item;
	size_t i;

	for (i = 0; i < nft->set_count; i++)
		nft->sets[i].is_live = has_flag(nft->sets[i].json, "dynamic") ||
				       has_flag(nft->sets[i].json, "timeout");
	json_array_foreach (nft->objects, i, item) {
		json_t *rule = json_object_get(item, "rule");

		if (nft_is_of_table(nft, rule))
			note_rule(nft, rule);
	}
}

/* --- the set of the policy */

/* The kind that has this field, or TG_SET_KINDS. */
static enum tg_set_kind kind_of_field(enum policy_field field)
{
	switch (field) {
	case POLICY_SRC4:
	case POLICY_SRC6:
	case POLICY_DST4:
	case POLICY_DST6:
		return TG_SET_ADDRESSES;
	case POLICY_SRC_PORT:
	case POLICY_DST_PORT:
		return TG_SET_PORTS;
	case POLICY_SRC_MAC:
	case POLICY_DST_MAC:
		return TG_SET_MACS;
	default:
		return TG_SET_KINDS;
	}
}

static enum tg_set_kind kind_of_type(const char *type)
{
	if (!type)
		return TG_SET_KINDS;
	if (!strcmp(type, "ipv4_addr") || !strcmp(type, "ipv6_addr"))
		return TG_SET_ADDRESSES;
	if (!strcmp(type, "inet_service"))
		return TG_SET_PORTS;
	return strcmp(type, "ether_addr") ? TG_SET_KINDS : TG_SET_MACS;
}

static uint32_t number_up_to(json_t *json, uint32_t max)
{
	int64_t number = json_integer_value(json);

	return number < 0 ? 0 : number > max ? max : number;
}

static const struct policy_set *
make_set(struct nft *nft, const struct nft_set *from, enum tg_set_kind kind)
{
	struct import *import = nft->import;
	const struct policy_set like = {
		.name = (char *)import_set_name(import, from->name),
		.kind = kind,
		.size = number_up_to(json_object_get(from->json, "size"),
				     POLICY_SET_SIZE_MAX),
		.timeout = number_up_to(json_object_get(from->json, "timeout"),
					POLICY_SET_TIME_MAX),
	};
	const struct policy_set *set = import_set_declare(import, &like);

	if (json_array_size(json_object_get(from->json, "elem")))
		import_error(
			import, 0, 0,
			"note: the set '%s' starts empty: its elements are "
			"not imported",
			from->name);
	return set;
}

/* NULL if it does not become one: then it is reported as not translated. */
static const struct policy_set *
policy_set_of(struct nft *nft, struct nft_set *set, const struct nft_key *key)
{
	enum tg_set_kind kind = kind_of_type(nft_string(set->json, "type"));

	if (!set->is_live || kind == TG_SET_KINDS || key->kind != NFT_FIELD ||
	    key->add || kind_of_field(key->field) != kind)
		return NULL;
	if (!set->live && nft->import->set_count < TG_SETS)
		set->live = make_set(nft, set, kind);
	return set->live;
}

bool nft_match_live_set(struct nft *nft, struct import_rule *rule,
			const struct nft_key *key, json_t *right, bool negated)
{
	struct nft_set *named = set_of(nft, right);
	const struct policy_set *set =
		named ? policy_set_of(nft, named, key) : NULL;

	if (!set)
		return false;
	import_and(nft->import, rule,
		   (struct policy_condition){ .field = key->field,
					      .negated = negated,
					      .mask = UINT64_MAX,
					      .set = set });
	return true;
}

/* --- changes */

static bool is_from(enum policy_field field)
{
	return set_side(field) == TG_SIDE_FROM;
}

static bool read_operation(const char *operation, struct policy_change *change)
{
	if (!operation)
		return false;
	change->kind = strcmp(operation, "delete") ? POLICY_ADD_TO_SET
						   : POLICY_DEL_FROM_SET;
	return change->kind == POLICY_DEL_FROM_SET ||
	       !strcmp(operation, "add") || !strcmp(operation, "update");
}

static void no_change(const struct nft *nft, struct import_rule *rule,
		      const char *what)
{
	import_problem(nft->import, rule, "no equivalent of %s", what);
}

void nft_read_set_change(struct nft *nft, struct import_rule *rule,
			 json_t *statement)
{
	struct policy_change change = { .length4 = SET_WHOLE4,
					.length6 = SET_WHOLE6 };
	struct nft_set *named = set_of(nft, json_object_get(statement, "set"));
	json_t *elem = json_object_get(statement, "elem");
	json_t *inner = json_object_get(elem, "elem");
	json_t *value = inner ? json_object_get(inner, "val") : elem;
	struct nft_key key;

	if (named && json_object_get(statement, "stmt")) {
		nft_read_set_limit(nft, rule, statement, named);
		return;
	}
	rule->changes_sets = true;
	if (!named || !value ||
	    !read_operation(nft_string(statement, "op"), &change)) {
		nft_not_understood(nft, rule, "set");
		return;
	}
	if (!nft_read_key(nft, rule, value, &key) ||
	    !nft_and_implied(nft, rule, &key))
		return;
	change.set = policy_set_of(nft, named, &key);
	if (!change.set) {
		no_change(nft, rule, "changing a set of this type");
		return;
	}
	change.side = is_from(key.field) ? TG_SIDE_FROM : TG_SIDE_TO;
	if (change.kind == POLICY_ADD_TO_SET)
		change.seconds = number_up_to(json_object_get(inner, "timeout"),
					      POLICY_SET_TIME_MAX);
	import_add_change(nft->import, rule, &change);
}
