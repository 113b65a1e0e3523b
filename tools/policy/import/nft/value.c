// SPDX-License-Identifier: GPL-2.0-only
/* What stands right in a match of nft: values, ranges, prefixes, sets. */
#include <string.h>

#include "nft.h"

static bool not_understood(const struct nft *nft, struct import_rule *rule,
			   const struct json *json)
{
	size_t size = json->end - json->start;

	import_problem(nft->import, rule, "not understood: '%.*s'",
		       size < 80 ? (int)size : 80, nft->text + json->start);
	return false;
}

static bool is_ip6(enum policy_field field)
{
	return field == POLICY_SOURCE6 || field == POLICY_TARGET6;
}

static bool is_address(enum policy_field field)
{
	return is_ip6(field) || field == POLICY_SOURCE4 ||
	       field == POLICY_TARGET4;
}

static bool read_one(const struct nft *nft, struct import_rule *rule,
		     const struct nft_key *key, const struct json *json,
		     struct policy_value *value)
{
	uint64_t max = import_bits(key->field) < 64
			       ? (UINT64_C(1) << import_bits(key->field)) - 1
			       : UINT64_MAX;
	const char *string = json_string(json);
	bool good = false;

	value->hi = 0;
	if (json_is(json, JSON_INTEGER)) {
		value->lo = (uint64_t)json->integer + key->add;
		/* a length that no packet has, a port that is none */
		good = json->integer >= 0 && !is_address(key->field) &&
		       (value->lo <= max || key->add);
		if (good && value->lo > max)
			value->lo = max;
	} else if (string && is_address(key->field)) {
		good = import_address(string, strlen(string),
				      is_ip6(key->field), value);
	} else if (string && (key->field == POLICY_SOURCE_MAC ||
			      key->field == POLICY_TARGET_MAC)) {
		good = import_mac(string, strlen(string), &value->lo);
	} else if (string) {
		good = import_word(key->field, key->icmp6, string,
				   strlen(string), &value->lo);
	}
	return good || not_understood(nft, rule, json);
}

static bool read_range(const struct nft *nft, struct import_rule *rule,
		       const struct nft_key *key, const struct json *json,
		       struct policy_range *range)
{
	if (!json_is(json, JSON_ARRAY) || json->count != 2 ||
	    !read_one(nft, rule, key, json->first, &range->first) ||
	    !read_one(nft, rule, key, json->first->next, &range->last) ||
	    import_compare(range->first, range->last) > 0)
		return not_understood(nft, rule, json);
	return true;
}

static bool read_prefix(const struct nft *nft, struct import_rule *rule,
			const struct nft_key *key, const struct json *json,
			struct policy_range *range)
{
	const struct json *address = json_get(json, "addr");
	const struct json *length = json_get(json, "len");
	int64_t width = import_bits(key->field);
	uint64_t rest;

	if (!address || !json_is(length, JSON_INTEGER) || key->add ||
	    !read_one(nft, rule, key, address, &range->first) ||
	    length->integer < 0 || length->integer > width)
		return not_understood(nft, rule, json);
	if (is_address(key->field))
		return import_prefix_of(range->first, length->integer,
					is_ip6(key->field), range);
	/* of a mark: nft prints ranges of numbers so, too */
	rest = (UINT64_C(1) << (width - length->integer)) - 1;
	range->last.hi = 0;
	range->last.lo = range->first.lo | rest;
	range->first.lo &= ~rest;
	return true;
}

bool nft_read_value(struct nft *nft, struct import_rule *rule,
		    const struct nft_key *key, const struct json *json,
		    struct policy_range *range)
{
	const struct json *between = json_get(json, "range");
	const struct json *prefix = json_get(json, "prefix");

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
		   const struct nft_key *key, const struct json *json,
		   uint64_t *bits)
{
	const struct json *either = json_get(json, "|");
	const struct json *list = either ? either : json;
	struct policy_value value;

	*bits = 0;
	if (!json_is(list, JSON_ARRAY)) {
		if (!read_one(nft, rule, key, list, &value))
			return false;
		*bits = value.lo;
		return true;
	}
	for (const struct json *item = list->first; item; item = item->next) {
		uint64_t more;

		/* bounded: the reader bounds the depth of the document */
		if (!nft_read_bits(rule, nft, key, item, &more))
			return false;
		*bits |= more;
	}
	return true;
}

bool nft_element(const struct nft *nft, struct import_rule *rule,
		 const struct json *json, const struct json **value)
{
	const struct json *element = json_get(json, "elem");

	*value = json;
	if (element) {
		*value = json_get(element, "val");
		if (json_get(element, "timeout") ||
		    json_get(element, "expires")) {
			import_problem(nft->import, rule,
				       "elements of the set come and go");
			return false;
		}
		if (!*value)
			return not_understood(nft, rule, json);
	}
	if (json_string(*value) && !strcmp(json_string(*value), "*")) {
		import_problem(nft->import, rule,
			       "no word for the element '*'");
		return false;
	}
	return true;
}

static bool is_dynamic(const struct json *set)
{
	const struct json *flags = json_get(set, "flags");

	if (!json_is(flags, JSON_ARRAY))
		return false;
	for (const struct json *flag = flags->first; flag; flag = flag->next) {
		if (json_string(flag) && !strcmp(json_string(flag), "dynamic"))
			return true;
	}
	return false;
}

bool nft_elements(struct nft *nft, struct import_rule *rule,
		  const struct json *json, const struct json **first,
		  struct nft_set **named)
{
	const struct json *set = json_get(json, "set");
	const char *name = json_string(json);

	*named = NULL;
	*first = NULL;
	if (name && *name == '@') {
		const struct name *found =
			names_find(&nft->set_names, name + 1, strlen(name + 1));

		if (!found) {
			import_problem(nft->import, rule, "no such set: '%s'",
				       name);
			return false;
		}
		*named = &nft->sets[found->index];
		if (is_dynamic((*named)->json)) {
			import_problem(nft->import, rule,
				       "elements of the set come and go");
			return false;
		}
		set = json_get((*named)->json, "elem");
		if (!set) /* it is empty */
			return true;
	}
	if (!json_is(set, JSON_ARRAY))
		return not_understood(nft, rule, json);
	*first = set->first;
	return true;
}

bool nft_read_set(struct nft *nft, struct import_rule *rule,
		  const struct nft_key *key, const struct json *json,
		  struct import_set *set, struct nft_set **named)
{
	bool is_named = json_string(json) && *json_string(json) == '@';
	struct policy_range range;
	const struct json *first;
	size_t room = 0;

	*set = (struct import_set){ 0 };
	*named = NULL;
	if (!is_named && !json_get(json, "set")) {
		if (!nft_read_value(nft, rule, key, json, &range))
			return false;
		import_set_add(nft->import, set, &room, range.first,
			       range.last);
		return true;
	}
	if (!nft_elements(nft, rule, json, &first, named))
		return false;
	for (const struct json *item = first; item; item = item->next) {
		const struct json *value;

		if (!nft_element(nft, rule, item, &value) ||
		    !nft_read_value(nft, rule, key, value, &range))
			return false;
		import_set_add(nft->import, set, &room, range.first,
			       range.last);
	}
	import_set_sort(set);
	return true;
}
