// SPDX-License-Identifier: GPL-2.0-only
/* The right side of a match: values, ranges, prefixes, sets. */
#include <string.h>

#include "nft.h"
#include "policy/language/field.h"
#include "policy/language/value_text.h"

static bool not_understood(const struct nft *nft, struct import_rule *rule,
			   json_t *json)
{
	import_problem(nft->import, rule, "not understood: '%.80s'",
		       import_json_text(nft->import, json));
	return false;
}

static bool is_ip6(enum policy_field field)
{
	return field == POLICY_SRC6 || field == POLICY_DST6;
}

static bool is_address(enum policy_field field)
{
	return is_ip6(field) || field == POLICY_SRC4 || field == POLICY_DST4;
}

static bool read_one(const struct nft *nft, struct import_rule *rule,
		     const struct nft_key *key, json_t *json,
		     struct policy_value *value)
{
	uint64_t max = value_highest(field_bits(key->field)).lo;
	const char *string = json_string_value(json);
	bool good = false;

	value->hi = 0;
	if (json_is_integer(json)) {
		value->lo = (uint64_t)json_integer_value(json) + key->add;
		/* lengths and ports that are out of range */
		good = json_integer_value(json) >= 0 &&
		       !is_address(key->field) &&
		       (value->lo <= max || key->add);
		if (good && value->lo > max)
			value->lo = max;
	} else if (string && is_address(key->field)) {
		good = text_to_address(string, strlen(string),
				       is_ip6(key->field), value);
	} else if (string && (key->field == POLICY_SRC_MAC ||
			      key->field == POLICY_DST_MAC)) {
		good = text_to_mac(string, strlen(string), value);
	} else if (string) {
		good = import_word(key->field, key->icmp6, string,
				   strlen(string), &value->lo);
	}
	return good || not_understood(nft, rule, json);
}

static bool read_range(const struct nft *nft, struct import_rule *rule,
		       const struct nft_key *key, json_t *json,
		       struct policy_range *range)
{
	if (json_array_size(json) != 2 ||
	    !read_one(nft, rule, key, json_array_get(json, 0), &range->first) ||
	    !read_one(nft, rule, key, json_array_get(json, 1), &range->last) ||
	    value_compare(range->first, range->last) > 0)
		return not_understood(nft, rule, json);
	return true;
}

static bool read_prefix(const struct nft *nft, struct import_rule *rule,
			const struct nft_key *key, json_t *json,
			struct policy_range *range)
{
	json_t *address = json_object_get(json, "addr");
	json_t *length = json_object_get(json, "len");
	int64_t width = field_bits(key->field);
	uint64_t rest;

	if (!address || !json_is_integer(length) || key->add ||
	    !read_one(nft, rule, key, address, &range->first) ||
	    json_integer_value(length) < 0 ||
	    json_integer_value(length) > width)
		return not_understood(nft, rule, json);
	if (is_address(key->field))
		return import_prefix_of(range->first,
					json_integer_value(length),
					is_ip6(key->field), range);
	/* nft also prints mark ranges as prefixes */
	rest = (UINT64_C(1) << (width - json_integer_value(length))) - 1;
	range->last.hi = 0;
	range->last.lo = range->first.lo | rest;
	range->first.lo &= ~rest;
	return true;
}

bool nft_read_value(struct nft *nft, struct import_rule *rule,
		    const struct nft_key *key, json_t *json,
		    struct policy_range *range)
{
	json_t *between = json_object_get(json, "range");
	json_t *prefix = json_object_get(json, "prefix");

	if (between)
		return read_range(nft, rule, key, between, range);
	if (prefix)
		return read_prefix(nft, rule, key, prefix, range);
	if (key->field == POLICY_TCP_FLAGS) {
		uint64_t bits;

		if (!nft_read_bits(rule, nft, key, json, &bits))
			return false;
		*range =
			(struct policy_range){ { .lo = bits }, { .lo = bits } };
		return true;
	}
	if (!read_one(nft, rule, key, json, &range->first))
		return false;
	range->last = range->first;
	return true;
}

bool nft_read_bits(struct import_rule *rule, const struct nft *nft,
		   const struct nft_key *key, json_t *json, uint64_t *bits)
{
	json_t *either = json_object_get(json, "|");
	json_t *list = either ? either : json;
	struct policy_value value;
	json_t *item;
	size_t i;

	*bits = 0;
	if (!json_is_array(list)) {
		if (!read_one(nft, rule, key, list, &value))
			return false;
		*bits = value.lo;
		return true;
	}
	json_array_foreach (list, i, item) {
		uint64_t more;

		/* the recursion is limited by jansson's depth limit */
		if (!nft_read_bits(rule, nft, key, item, &more))
			return false;
		*bits |= more;
	}
	return true;
}

bool nft_element(const struct nft *nft, struct import_rule *rule, json_t *json,
		 json_t **value)
{
	json_t *element = json_object_get(json, "elem");

	*value = json;
	if (element) {
		*value = json_object_get(element, "val");
		if (json_object_get(element, "timeout") ||
		    json_object_get(element, "expires")) {
			import_problem(nft->import, rule,
				       "elements of the set come and go");
			return false;
		}
		if (!*value)
			return not_understood(nft, rule, json);
	}
	if (json_string_value(*value) &&
	    !strcmp(json_string_value(*value), "*")) {
		import_problem(nft->import, rule,
			       "no equivalent of the element '*'");
		return false;
	}
	return true;
}

bool nft_elements(struct nft *nft, struct import_rule *rule, json_t *json,
		  json_t **elements, struct nft_set **named)
{
	json_t *set = json_object_get(json, "set");
	const char *name = json_string_value(json);

	*named = NULL;
	*elements = NULL;
	if (name && *name == '@') {
		const struct name *found =
			names_find(&nft->set_names, name + 1, strlen(name + 1));

		if (!found) {
			import_problem(nft->import, rule, "no such set: '%s'",
				       name);
			return false;
		}
		*named = &nft->sets[found->index];
		if ((*named)->is_live) {
			import_problem(nft->import, rule,
				       "elements of the set come and go");
			return false;
		}
		set = json_object_get((*named)->json, "elem");
		if (!set) /* an empty set */
			return true;
	}
	if (!json_is_array(set))
		return not_understood(nft, rule, json);
	*elements = set;
	return true;
}

bool nft_read_set(struct nft *nft, struct import_rule *rule,
		  const struct nft_key *key, json_t *json, struct ranges *set,
		  struct nft_set **named)
{
	bool is_named =
		json_string_value(json) && *json_string_value(json) == '@';
	struct policy_range range;
	json_t *elements, *item;
	size_t i;

	*set = import_set(nft->import);
	*named = NULL;
	if (!is_named && !json_object_get(json, "set")) {
		if (!nft_read_value(nft, rule, key, json, &range))
			return false;
		ranges_add(set, range);
		return true;
	}
	if (!nft_elements(nft, rule, json, &elements, named))
		return false;
	json_array_foreach (elements, i, item) {
		json_t *value;

		if (!nft_element(nft, rule, item, &value) ||
		    !nft_read_value(nft, rule, key, value, &range))
			return false;
		ranges_add(set, range);
	}
	ranges_sort(set);
	return true;
}
