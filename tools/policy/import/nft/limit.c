// SPDX-License-Identifier: GPL-2.0-only
/* Limits: 'limit rate', meters, and sets whose elements have a limit. */
#include <string.h>

#include "nft.h"
#include "policy/language/field.h"
#include "policy/language/rate.h"

#define BITS_IN_BYTE 8
#define PORT_MAX 0xffff

static const struct {
	const char *word;
	uint64_t factor;
} sizes[] = {
	{ "bytes", 1 },
	{ "kbytes", 1 << 10 },
	{ "mbytes", 1 << 20 },
};

/* False if the unit is that of packets, or not known. */
static bool read_size(const char *unit, uint64_t *number)
{
	for (size_t i = 0; unit && i < sizeof(sizes) / sizeof(*sizes); i++) {
		if (strcmp(sizes[i].word, unit))
			continue;
		if (*number > UINT64_MAX / BITS_IN_BYTE / sizes[i].factor)
			return false;
		*number *= sizes[i].factor;
		return true;
	}
	return false;
}

static bool read_period(json_t *json, uint32_t *seconds)
{
	static const struct {
		const char *word;
		uint32_t seconds;
	} periods[] = {
		{ "second", 1 },	   { "minute", 60 },
		{ "hour", 3600 },	   { "day", 24 * 3600 },
		{ "week", 7 * 24 * 3600 },
	};
	const char *per = nft_string(json, "per");

	for (size_t i = 0; per && i < sizeof(periods) / sizeof(*periods); i++) {
		if (!strcmp(periods[i].word, per)) {
			*seconds = periods[i].seconds;
			return true;
		}
	}
	return false;
}

static bool read_number(json_t *json, const char *key, uint64_t *number)
{
	json_int_t value = json_integer_value(json_object_get(json, key));

	*number = value;
	return value >= 0;
}

/* The bucket of a rate of bytes also holds what comes in one period. */
static bool set_size_rate(struct policy_rate *rate, const char *burst_unit)
{
	uint64_t bytes = rate->amount, period = rate->seconds;

	if (rate->burst && !read_size(burst_unit, &rate->burst))
		return false;
	if (rate->burst > UINT64_MAX - bytes || bytes * BITS_IN_BYTE % period)
		return false;
	rate->is_of_size = true;
	rate->burst += bytes;
	rate->amount = bytes * BITS_IN_BYTE / period;
	rate->seconds = 1;
	return rate->amount <= RATE_BITS_MAX;
}

static bool read_rate(json_t *json, struct policy_rate *rate)
{
	const char *unit = nft_string(json, "rate_unit");
	bool is_of_size = unit && strcmp(unit, "packets");

	if (!read_number(json, "rate", &rate->amount) || !rate->amount ||
	    !read_number(json, "burst", &rate->burst) ||
	    !read_period(json, &rate->seconds))
		return false;
	if (is_of_size &&
	    (!read_size(unit, &rate->amount) ||
	     !set_size_rate(rate, nft_string(json, "burst_unit"))))
		return false;
	if (!rate->burst)
		rate->burst = RATE_BURST_PACKETS;
	/* the language has no week, and one a day is the least */
	if (rate->seconds > 24 * 3600 ||
	    (!is_of_size && rate->amount > RATE_PACKETS_MAX * rate->seconds))
		return false;
	return rate_burst_time(rate) <= TG_LIMIT_BURST_MAX;
}

static bool check_place(const struct nft *nft, struct import_rule *rule)
{
	if (!rule->mark.mask && !rule->change_count)
		return true;
	import_problem(nft->import, rule,
		       "no equivalent of a change before a limit");
	return false;
}

static void add_limit(const struct nft *nft, struct import_rule *rule,
		      json_t *json, struct import_limit *limit,
		      unsigned int parts, bool has_table)
{
	limit->is_above = json_is_true(json_object_get(json, "inv"));
	/* a rule does not match if there is no room for an element */
	limit->full =
		has_table && !limit->is_above ? TG_LIMIT_OVER : TG_LIMIT_WITHIN;
	if (!json_is_object(json) || !read_rate(json, &limit->rate))
		import_problem(nft->import, rule,
			       "no equivalent of such a limit");
	else if (!import_limit_key(limit, rule, parts))
		import_problem(nft->import, rule,
			       "no equivalent of a limit for each of these "
			       "keys");
	else if (check_place(nft, rule))
		import_add_limit(nft->import, rule, limit);
}

void nft_read_limit(const struct nft *nft, struct import_rule *rule,
		    json_t *json)
{
	struct import_limit limit = { 0 };

	add_limit(nft, rule, json, &limit, 0, false);
}

/* --- keys */

static unsigned int part_of(enum policy_field field)
{
	switch (field) {
	case POLICY_SRC4:
	case POLICY_SRC6:
		return IMPORT_KEY_FROM;
	case POLICY_DST4:
	case POLICY_DST6:
		return IMPORT_KEY_TO;
	case POLICY_SRC_PORT:
		return IMPORT_KEY_FROM_PORT;
	case POLICY_DST_PORT:
		return IMPORT_KEY_TO_PORT;
	default:
		return 0;
	}
}

/* {"&": [KEY, "255.255.255.0"]}: the length of the prefix, or 0. */
static unsigned int read_mask(json_t **json, bool *is_ip6)
{
	json_t *both = json_object_get(*json, "&");
	const char *mask = json_string_value(json_array_get(both, 1));
	struct policy_range range;
	unsigned int length = 0;

	if (!both || !mask)
		return 0;
	*is_ip6 = strchr(mask, ':');
	*json = json_array_get(both, 0);
	if (!import_prefix(mask, strlen(mask), *is_ip6, &range))
		return 0;
	length = __builtin_popcountll(range.first.hi) +
		 __builtin_popcountll(range.first.lo);
	/* a prefix's first address, and none of the bits after it */
	return import_prefix_of(range.first, length, *is_ip6, &range) &&
			       __builtin_popcountll(range.first.hi) +
					       __builtin_popcountll(
						       range.first.lo) ==
				       (int)length
		       ? length
		       : 0;
}

static bool read_part(struct nft *nft, struct import_rule *rule, json_t *json,
		      struct import_limit *limit, unsigned int *parts)
{
	bool is_masked = json_object_get(json, "&"), is_ip6 = false;
	unsigned int length = read_mask(&json, &is_ip6), part;
	struct nft_key key;

	if (!nft_read_key(nft, rule, json, &key) ||
	    !nft_and_implied(nft, rule, &key))
		return false;
	part = key.kind == NFT_FIELD && !key.add ? part_of(key.field) : 0;
	if (!part || *parts & part || (is_masked && !length)) {
		import_problem(nft->import, rule,
			       "no equivalent of a limit for each of these "
			       "keys");
		return false;
	}
	/* packets without the field do not match */
	if (part & (IMPORT_KEY_FROM_PORT | IMPORT_KEY_TO_PORT) &&
	    !import_has_field(rule, key.field))
		import_and_range(nft->import, rule, key.field, false, 0,
				 PORT_MAX);
	if (is_masked && is_ip6)
		limit->length6 = length;
	else if (is_masked)
		limit->length4 = length;
	else if (key.field == POLICY_SRC6 || key.field == POLICY_DST6)
		limit->length6 = 128;
	*parts |= part;
	return true;
}

static bool read_parts(struct nft *nft, struct import_rule *rule, json_t *json,
		       struct import_limit *limit, unsigned int *parts)
{
	json_t *inner = json_object_get(json, "elem"), *concat, *part;
	size_t i;

	if (inner)
		json = json_object_get(inner, "val");
	concat = json_object_get(json, "concat");
	if (!concat)
		return read_part(nft, rule, json, limit, parts);
	json_array_foreach (concat, i, part) {
		if (!read_part(nft, rule, part, limit, parts))
			return false;
	}
	return true;
}

static void read_limit_of_key(struct nft *nft, struct import_rule *rule,
			      json_t *key, json_t *statement)
{
	struct import_limit limit = { .length4 = 32, .length6 = 64 };
	json_t *json;
	const char *name = nft_only_member(statement, &json);
	unsigned int parts = 0;

	if (!name || strcmp(name, "limit")) {
		import_problem(nft->import, rule,
			       "no equivalent of a statement for each element "
			       "of a set");
		return;
	}
	if (read_parts(nft, rule, key, &limit, &parts))
		add_limit(nft, rule, json, &limit, parts, true);
}

void nft_read_meter(struct nft *nft, struct import_rule *rule, json_t *meter)
{
	read_limit_of_key(nft, rule, json_object_get(meter, "key"),
			  json_object_get(meter, "stmt"));
}

void nft_read_set_limit(struct nft *nft, struct import_rule *rule,
			json_t *statement, const struct nft_set *set)
{
	json_t *list = json_object_get(statement, "stmt");

	rule->changes_sets = set->is_asked;
	if (set->is_asked || set->limits > 1)
		import_problem(nft->import, rule,
			       "the set of its limit is also used by another "
			       "rule");
	else
		read_limit_of_key(nft, rule, json_object_get(statement, "elem"),
				  json_array_size(list) == 1
					  ? json_array_get(list, 0)
					  : NULL);
}
