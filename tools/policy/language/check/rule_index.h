/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An index of rules by address prefix, to find the rules that may cover another
 * one: their prefixes are the same or shorter.
 */
#ifndef TG_POLICY_RULE_INDEX_H
#define TG_POLICY_RULE_INDEX_H

#include "lib/hash.h"
#include "policy/language/policy.h"

/* Index 0: any address; then IPv4 /0 to /32; then IPv6 /0 to /128. */
#define INDEX_LENGTHS (1 + 33 + 129)
#define INDEX_WORDS ((INDEX_LENGTHS + 63) / 64)

/*
 * The ranges of a few fields that often differ. A rule that covers another one
 * has at least the same range of each. Comparing these first saves most calls
 * of rule_covers().
 */
#define INDEX_SIDES 3

struct index_rule {
	const struct policy_rule *rule;
	uint16_t first[INDEX_SIDES], last[INDEX_SIDES];
};

/*
 * A lookup takes two steps: by the destination prefix to a node, and from there
 * by the source prefix to the node that has the rules. lengths is a bitmap of
 * the prefix lengths below a node.
 */
struct index_node {
	size_t parent;
	unsigned int length; /* an index, see INDEX_LENGTHS */
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

/* A rule that covers this one, or NULL if none is found in bounded time. */
const struct policy_rule *rule_index_find(const struct rule_index *index,
					  const struct policy_rule *rule);
void rule_index_free(struct rule_index *index);

#endif
