/* SPDX-License-Identifier: GPL-2.0-only */
/* Which keys a command is about. */
#ifndef TG_LIMITS_FILTER_H
#define TG_LIMITS_FILTER_H

#include "flows/prefix.h"
#include "level.h"
#include "rules.h"
#include "table.h"

struct limit_filter {
	bool has_protocol, has_port, has_line, is_over;
	uint32_t protocol, port, line;
	struct flow_prefix from, to;
};

/* False after a message: then it is a usage error. */
bool limit_filter_read(struct limit_filter *filter, char *const *words,
		       int count);

/* `rule` and `level` are NULL if the rule is gone. */
bool limit_filter_matches(const struct limit_filter *filter,
			  const struct tg_limit_note *note,
			  const struct limit_rule *rule,
			  const struct limit_level *level);

#endif
