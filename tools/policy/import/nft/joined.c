// SPDX-License-Identifier: GPL-2.0-only
/* Concatenated keys, "ip saddr . tcp dport", in sets and maps. */
#include <string.h>

#include "nft.h"
#include "policy/language/field.h"

bool nft_read_keys(const struct nft *nft, struct import_rule *rule,
		   json_t *left, struct nft_key *keys, size_t *count)
{
	json_t *concat = json_object_get(left, "concat");

	*count = concat ? json_array_size(concat) : 1;
	if (!*count || *count > NFT_KEYS_MAX)
		return nft_not_understood(nft, rule, "concat");
	for (size_t i = 0; i < *count; i++) {
		json_t *one = concat ? json_array_get(concat, i) : left;

		if (!nft_read_key(nft, rule, one, &keys[i]))
			return false;
	}
	/* a port without a protocol, unless an earlier key names one */
	for (size_t i = 0; i < *count; i++) {
		bool names_it = false;

		for (size_t j = 0; j < *count; j++)
			names_it |= keys[j].field == POLICY_PROTOCOL;
		if (keys[i].needs_ports && names_it)
			continue;
		if (!nft_and_implied(nft, rule, &keys[i]))
			return false;
	}
	return true;
}

bool nft_read_case(struct nft *nft, struct import_rule *rule,
		   const struct nft_key *keys, size_t count, json_t *value,
		   struct import_rule *into)
{
	json_t *concat = json_object_get(value, "concat");
	struct policy_range range;
	struct ranges set;

	if (count > 1 && json_array_size(concat) != count)
		return nft_not_understood(nft, rule, "concat");
	import_rule_init(nft->import, into);
	for (size_t i = 0; i < count; i++) {
		json_t *one = count > 1 ? json_array_get(concat, i) : value;

		if (!nft_read_value(nft, rule, &keys[i], one, &range))
			return false;
		set = import_set(nft->import);
		ranges_add(&set, range);
		nft_and_set(nft, into, &keys[i], &set, false, NULL);
	}
	for (size_t i = 0; i < count; i++) {
		if (keys[i].needs_ports)
			nft_and_implied(nft, into, &keys[i]);
	}
	if (into->problem && !rule->problem)
		rule->problem = into->problem;
	return !into->problem;
}

static void and_any_value(struct nft *nft, struct import_rule *rule,
			  const struct nft_key *key)
{
	struct policy_value last = value_highest(field_bits(key->field));
	struct ranges all = import_set(nft->import);

	ranges_add(&all, (struct policy_range){ .last = last });
	nft_and_set(nft, rule, key, &all, false, NULL);
}

void nft_match_joined(struct nft *nft, struct import_rule *rule, json_t *left,
		      const char *op, json_t *right)
{
	bool negated = !strcmp(op, "!=");
	struct nft_key keys[NFT_KEYS_MAX];
	struct import_case *cases;
	size_t key_count, count = 0, i;
	json_t *elements, *item;
	struct nft_set *named;

	if (!negated && strcmp(op, "==")) {
		nft_not_understood(nft, rule, op);
		return;
	}
	if (!nft_read_keys(nft, rule, left, keys, &key_count) ||
	    !nft_elements(nft, rule, right, &elements, &named))
		return;
	cases = arena_alloc(&nft->import->arena,
			    json_array_size(elements) * sizeof(*cases));
	json_array_foreach (elements, i, item) {
		json_t *value;
		struct import_rule one;

		if (!nft_element(nft, rule, item, &value) ||
		    !nft_read_case(nft, rule, keys, key_count, value, &one))
			return;
		if (one.case_count == 1)
			cases[count++] = one.cases[0];
		if (one.case_count > 1) {
			import_problem(nft->import, rule,
				       "no equivalent of these keys together");
			return;
		}
	}
	if (!negated) {
		import_and_any(nft->import, rule, cases, count);
		return;
	}
	if (rule->unless_count) {
		import_problem(nft->import, rule,
			       "no equivalent of two such exceptions");
		return;
	}
	/* packets that have all fields, but no element matches */
	for (i = 0; i < key_count; i++) {
		if (keys[i].kind == NFT_FIELD && !import_is_bits(keys[i].field))
			and_any_value(nft, rule, &keys[i]);
	}
	rule->unless = cases;
	rule->unless_count = count;
}
