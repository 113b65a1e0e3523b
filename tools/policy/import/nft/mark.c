// SPDX-License-Identifier: GPL-2.0-only
/* Translates "meta mark set". nft describes it as (mark & keep) ^ flip. */
#include <string.h>

#include "nft.h"

struct change {
	uint32_t keep, flip;
};

static bool read_change(json_t *json, struct change *change)
{
	json_t *meta = json_object_get(json, "meta");
	const char *key;
	json_t *list, *item;
	struct change other;
	size_t i;
	char op;

	if (json_is_integer(json)) {
		*change = (struct change){ .flip = json_integer_value(json) };
		return json_integer_value(json) >= 0 &&
		       json_integer_value(json) <= UINT32_MAX;
	}
	if (meta) {
		*change = (struct change){ .keep = UINT32_MAX };
		return nft_string(meta, "key") &&
		       !strcmp(nft_string(meta, "key"), "mark");
	}
	key = nft_only_member(json, &list);
	op = key ? *key : '\0';
	if (!op || key[1] || !strchr("&|^", op) ||
	    !read_change(json_array_get(list, 0), change))
		return false;
	json_array_foreach (list, i, item) {
		if (!i)
			continue;
		if (!read_change(item, &other) || other.keep)
			return false;
		if (op == '&') {
			change->keep &= other.flip;
			change->flip &= other.flip;
		} else if (op == '|') {
			change->keep &= ~other.flip;
			change->flip |= other.flip;
		} else {
			change->flip ^= other.flip;
		}
	}
	return true;
}

void nft_read_mangle(const struct nft *nft, struct import_rule *rule,
		     json_t *mangle)
{
	json_t *meta = json_object_get(json_object_get(mangle, "key"), "meta");
	const char *key = nft_string(meta, "key");
	struct change change;

	/* ct marks and others: no imported rule can match these */
	if ((key && strcmp(key, "mark")) ||
	    json_object_get(json_object_get(mangle, "key"), "ct") ||
	    json_object_get(json_object_get(mangle, "key"), "tcp option")) {
		if (!rule->left_out)
			rule->left_out = "a change of the packet";
		return;
	}
	if (!key)
		import_problem(nft->import, rule,
			       "no equivalent of changing this");
	else if (!read_change(json_object_get(mangle, "value"), &change))
		import_problem(nft->import, rule, "no equivalent of this mark");
	else if (change.keep & change.flip)
		import_problem(nft->import, rule,
			       "no equivalent of toggling bits of a mark");
	if (rule->problem) {
		rule->unknown = true;
		return;
	}
	rule->mark.value = (rule->mark.value & change.keep) | change.flip;
	rule->mark.mask |= ~change.keep;
}
