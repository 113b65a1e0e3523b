// SPDX-License-Identifier: GPL-2.0-only
/* "meta mark set": what is done to a mark is (mark & keep) ^ flip. */
#include <string.h>

#include "nft.h"

struct change {
	uint32_t keep, flip;
};

static bool read_change(const struct json *json, struct change *change)
{
	const struct json *meta = json_get(json, "meta");
	const struct json *list;
	struct change other;
	char op;

	if (json_is(json, JSON_INTEGER)) {
		*change = (struct change){ .flip = json->integer };
		return json->integer >= 0 && json->integer <= UINT32_MAX;
	}
	if (meta) {
		*change = (struct change){ .keep = UINT32_MAX };
		return json_get_string(meta, "key") &&
		       !strcmp(json_get_string(meta, "key"), "mark");
	}
	if (!json_is(json, JSON_OBJECT) || json->count != 1)
		return false;
	list = json->first;
	op = *list->key;
	if (!op || list->key[1] || !strchr("&|^", op) ||
	    !json_is(list, JSON_ARRAY) || !list->count ||
	    !read_change(list->first, change))
		return false;
	for (list = list->first->next; list; list = list->next) {
		if (!read_change(list, &other) || other.keep)
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
		     const struct json *mangle)
{
	const struct json *meta = json_get(json_get(mangle, "key"), "meta");
	const char *key = json_get_string(meta, "key");
	struct change change;

	/* no rule here can ask for these */
	if ((key && strcmp(key, "mark")) ||
	    json_get(json_get(mangle, "key"), "ct") ||
	    json_get(json_get(mangle, "key"), "tcp option")) {
		if (!rule->left_out)
			rule->left_out = "a change of the packet";
		return;
	}
	if (!key)
		import_problem(nft->import, rule,
			       "no word for a change of this");
	else if (!read_change(json_get(mangle, "value"), &change))
		import_problem(nft->import, rule, "no word for this mark");
	else if (change.keep & change.flip)
		import_problem(nft->import, rule,
			       "no word for turning over the bits of a mark");
	if (rule->problem) {
		rule->unknown = true;
		return;
	}
	rule->mark.value = (rule->mark.value & change.keep) | change.flip;
	rule->mark.mask |= ~change.keep;
}
