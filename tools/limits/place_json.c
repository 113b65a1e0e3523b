// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "lib/json_print.h"
#include "place_json.h"

json_t *limit_place_to_json(const struct limit_rule *rule)
{
	const char *colon = rule ? strrchr(rule->place, ':') : NULL;

	if (!colon || !strcmp(rule->place, "-:0"))
		return json_pack("{s:n, s:n, s:o}", "file", "line", "rule",
				 string_to_json(rule ? rule->text : NULL));
	return json_pack("{s:o, s:i, s:o}", "file",
			 text_to_json(rule->place, colon - rule->place), "line",
			 atoi(colon + 1), "rule", string_to_json(rule->text));
}
