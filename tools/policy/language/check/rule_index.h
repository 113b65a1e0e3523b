/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules by their addresses, to find those that may cover another: a rule that
 * covers one stands at the same prefixes or at shorter ones.
 */
#ifndef TG_POLICY_RULE_INDEX_H
#define TG_POLICY_RULE_INDEX_H

#include "lib/hash.h"
#include "policy/language/policy.h"

/* Any, IPv4 with 0 to 32 bits, IPv6 with 0 to 128. */
#define INDEX_LENGTHS (1 + 33 + 129)
#define INDEX_WORDS ((INDEX_LENGTHS + 63) / 64)

/*
 * The values of a few fields that differ often: one that covers a rule has no
 * less of each. To look there first saves most of the work.
 */
#define INDEX_SIDES 3

struct index_rule {
	const struct policy_rule *rule;
	uint16_t first[INDEX_SIDES], last[INDEX_SIDES];
};

/*
 * Two steps: from the destination to a node, from that and the source to
 * another one, which has the rules. Lengths says which prefixes there are.
 */
struct index_node {
	size_t parent;
	unsigned int length; /* an index as above */
	struct policy_value prefix;
	uint64_t lengths[INDEX_WORDS];
	struct index_rule *rules;
	size_t count, room;
};

struct rule_index {
	struct index_node *nodes; /* 0 is the root */
	size_t count, room;
	struct hash hash;
};

int rule_index_add(struct rule_index *index, const struct policy_rule *rule);

/* A rule that covers this one, or NULL; in bounded time. */
const struct policy_rule *rule_index_find(const struct rule_index *index,
					  const struct policy_rule *rule);
void rule_index_free(struct rule_index *index);

#endif
