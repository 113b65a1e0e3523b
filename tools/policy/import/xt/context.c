// SPDX-License-Identifier: GPL-2.0-only
/* Matches of iptables on devices, connection states, and address types. */
#include <string.h>

#include "iptables.h"

void xt_read_device(struct xt_line *line, const char *const *arguments)
{
	import_and_device(line->import, &line->rule, arguments[0], '+', false,
			  line->negated);
}

void xt_read_output(struct xt_line *line, const char *const *arguments)
{
	import_and_device(line->import, &line->rule, arguments[0], '+', true,
			  line->negated);
}

void xt_read_state(struct xt_line *line, const char *const *arguments)
{
	struct import_states states = { 0 };
	size_t size;

	for (const char *at = arguments[0], *next; at; at = next) {
		next = xt_next_item(at, &size);
		import_state_add(line->import, &states, at, size);
	}
	import_and_state(line->import, &line->rule, &states, line->negated);
}

void xt_read_counter(struct xt_line *line, const char *const *arguments)
{
	(void)line;
	(void)arguments;
}

/* --- addrtype: at INPUT, an address is LOCAL, MULTICAST or BROADCAST */

static struct ranges addresses(struct xt_line *line,
			       const char *const *prefixes, size_t count)
{
	struct ranges set = import_set(line->import);
	struct policy_range range;

	for (size_t i = 0; i < count; i++) {
		import_prefix(prefixes[i], strlen(prefixes[i]), line->ip6,
			      &range);
		ranges_add(&set, range);
	}
	ranges_sort(&set);
	return set;
}

void xt_read_target_kind(struct xt_line *line, const char *const *arguments)
{
	/* directed broadcast addresses of subnets are not known */
	static const char *const broadcast[] = { "0.0.0.0/8",
						 "255.255.255.255" };
	static const char *const multicast[] = { "224.0.0.0/4" };
	static const char *const multicast6[] = { "ff00::/8" };
	static const char *const not_local[] = { "0.0.0.0/8", "224.0.0.0/4",
						 "255.255.255.255" };
	struct import_rule *rule = &line->rule;
	bool negated = line->negated;
	struct ranges set;

	if (!strcmp(arguments[0], "MULTICAST")) {
		set = addresses(line, line->ip6 ? multicast6 : multicast, 1);
	} else if (!strcmp(arguments[0], "BROADCAST") && !line->ip6) {
		set = addresses(line, broadcast, 2);
		rule->wider |= line->negated;
		rule->narrower |= !line->negated;
	} else if (!strcmp(arguments[0], "LOCAL") && line->import->receives) {
		set = line->ip6 ? addresses(line, multicast6, 1)
				: addresses(line, not_local, 3);
		negated = !negated;
		rule->wider |= !line->negated && !line->ip6;
		rule->narrower |= line->negated && !line->ip6;
	} else {
		import_problem(line->import, rule,
			       "no equivalent of '--dst-type %s' here",
			       arguments[0]);
		return;
	}
	if ((rule->wider || rule->narrower) && !rule->left_out)
		rule->left_out = "the broadcast addresses of subnets, which "
				 "count as local";
	import_and(line->import, rule,
		   import_condition(line->ip6 ? POLICY_DST6 : POLICY_DST4,
				    negated, &set));
}
