/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a limit's rule is, as JSON. */
#ifndef TG_LIMITS_PLACE_JSON_H
#define TG_LIMITS_PLACE_JSON_H

#include <jansson.h>

#include "rules.h"

/* The members "file", "line" and "rule". NULL: the rule is gone. */
json_t *limit_place_to_json(const struct limit_rule *rule);

#endif
