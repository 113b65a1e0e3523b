// SPDX-License-Identifier: GPL-2.0-only
/* Verdict maps: one rule for each verdict, with all keys that map to it. */
#include <string.h>

#include "nft.h"

#define VERDICTS_MAX 64 /* different verdicts in a map */

struct group {
	enum import_action action;
	const char *target;
	struct import_rule rule;
	struct ranges set;	   /* of a single key */
	struct import_case *cases; /* of concatenated keys */
	size_t case_count, case_room;
};

static struct group *group_of(struct nft *nft, struct import_rule *rule,
			      struct group *groups, size_t *count,
			      json_t *verdict)
{
	struct import_rule it = { 0 };
	struct group *group;

	if (!nft_read_verdict(nft, &it, verdict) || it.problem) {
		nft_not_understood(nft, rule, "vmap");
		return NULL;
	}
	for (group = groups; group < groups + *count; group++) {
		if (group->action == it.action &&
		    (!it.target || !strcmp(group->target, it.target)))
			return group;
	}
	if (*count == VERDICTS_MAX) {
		import_problem(nft->import, rule,
			       "this would need too many rules");
		return NULL;
	}
	++*count;
	*group = (struct group){
		.action = it.action,
		.target = it.target,
		.set = import_set(nft->import),
	};
	return group;
}

static void group_add_cases(struct nft *nft, struct group *group,
			    const struct import_rule *rule)
{
	for (size_t i = 0; i < rule->case_count; i++) {
		if (group->case_count == group->case_room)
			group->cases = arena_grow(
				&nft->import->arena, group->cases,
				sizeof(*group->cases), group->case_count,
				&group->case_room);
		group->cases[group->case_count++] = rule->cases[i];
	}
}

static bool read_pair(struct nft *nft, struct import_rule *rule,
		      const struct nft_key *keys, size_t key_count,
		      json_t *pair, struct group *groups, size_t *count)
{
	json_t *value;
	struct policy_range range;
	struct import_rule one;
	struct group *group;

	if (json_array_size(pair) != 2) {
		nft_not_understood(nft, rule, "vmap");
		return false;
	}
	group = group_of(nft, rule, groups, count, json_array_get(pair, 1));
	if (!group || !nft_element(nft, rule, json_array_get(pair, 0), &value))
		return false;
	if (key_count > 1) {
		if (!nft_read_case(nft, rule, keys, key_count, value, &one))
			return false;
		group_add_cases(nft, group, &one);
		return true;
	}
	if (!nft_read_value(nft, rule, keys, value, &range))
		return false;
	ranges_add(&group->set, range);
	return true;
}

/* Elements of a map do not overlap, so the rules can have any order. */
static void add_groups(struct nft *nft, const struct import_rule *rule,
		       const struct nft_key *keys, size_t key_count,
		       struct group *groups, size_t count, size_t chain)
{
	for (size_t i = 0; i < count; i++) {
		struct group *group = &groups[i];
		struct import_rule one;

		if (group->action == IMPORT_NONE && !rule->mark.mask)
			continue;
		one = import_rule_copy(nft->import, rule);
		one.comment = i ? NULL : rule->comment;
		one.left_out = i ? NULL : rule->left_out;
		one.action = group->action;
		one.target = group->target;
		ranges_sort(&group->set);
		if (key_count > 1)
			import_and_any(nft->import, &one, group->cases,
				       group->case_count);
		else
			nft_and_set(nft, &one, keys, &group->set, false, NULL);
		import_rule_add(nft->import, chain, &one);
	}
}

/* Returns true if the map was translated and the rule is done. */
bool nft_read_map(struct nft *nft, struct import_rule *rule, json_t *map,
		  size_t chain)
{
	json_t *left = json_object_get(map, "key");
	json_t *data = json_object_get(map, "data");
	struct nft_key keys[NFT_KEYS_MAX];
	struct group groups[VERDICTS_MAX];
	size_t key_count, count = 0, i;
	json_t *pairs, *pair;
	struct nft_set *named;
	bool done;

	if (!left || !data) {
		nft_not_understood(nft, rule, "vmap");
		return false;
	}
	if (!nft_elements(nft, rule, data, &pairs, &named))
		return false;
	if (nft_map_context(nft, rule, left, pairs, chain, &done))
		return done;
	if (!nft_read_keys(nft, rule, left, keys, &key_count))
		return false;
	json_array_foreach (pairs, i, pair) {
		if (!read_pair(nft, rule, keys, key_count, pair, groups,
			       &count))
			return false;
	}
	add_groups(nft, rule, keys, key_count, groups, count, chain);
	return true;
}
