// SPDX-License-Identifier: GPL-2.0-only
#include "rule_index.h"

#include <errno.h>
#include <stdlib.h>

#include "cover.h"
#include "lib/vec.h"

/*
 * The budget per rule, so that 100,000 rules take well below 1 s. Comparing two
 * rules costs WORK_COMPARE, comparing their index entries 1.
 */
#define WORK_MAX 1024
#define WORK_COMPARE 32

#define LENGTH_ANY 0
#define LENGTH_IP4 1
#define LENGTH_IP6 (LENGTH_IP4 + 33)

struct prefix {
	unsigned int length; /* an index, see INDEX_LENGTHS */
	struct policy_value value;
};

static bool is_ip6(unsigned int length)
{
	return length >= LENGTH_IP6;
}

/* Clear the host bits of an address. */
static struct policy_value prefix_mask(struct policy_value value,
				       unsigned int length)
{
	unsigned int bits = is_ip6(length) ? length - LENGTH_IP6
			    : length	   ? length - LENGTH_IP4 + 96
					   : 0;

	if (bits < 64) {
		value.lo = 0;
		value.hi &= bits ? UINT64_MAX << (64 - bits) : 0;
	} else if (bits < 128) {
		value.lo &= bits > 64 ? UINT64_MAX << (128 - bits) : 0;
	}
	return value;
}

/* The number of leading bits that two values have in common. */
static unsigned int common_bits(struct policy_value a, struct policy_value b)
{
	if (a.hi != b.hi)
		return __builtin_clzll(a.hi ^ b.hi);
	return a.lo != b.lo ? 64 + __builtin_clzll(a.lo ^ b.lo) : 128;
}

/* The longest prefix that contains all addresses of a condition. */
static struct prefix prefix_of(const struct policy_condition *condition)
{
	bool is_ip4 = condition->field == POLICY_SRC4 ||
		      condition->field == POLICY_DST4;
	struct prefix prefix = { is_ip4 ? LENGTH_IP4 : LENGTH_IP6, { 0, 0 } };
	unsigned int bits;

	if (condition->either_family)
		return (struct prefix){ 0 };
	if (condition->negated || !condition->count)
		return prefix;
	prefix.value = condition->ranges[0].first;
	bits = common_bits(prefix.value,
			   condition->ranges[condition->count - 1].last);
	prefix.length += is_ip4 ? bits - 96 : bits;
	prefix.value = prefix_mask(prefix.value, prefix.length);
	return prefix;
}

/* The longest prefix of the conditions on one side of a rule. */
static struct prefix side_of(const struct policy_rule *rule,
			     enum policy_field ip4, enum policy_field ip6)
{
	struct prefix best = { 0 };

	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct policy_condition *one = &rule->conditions[i];

		if (one->field == ip4 || one->field == ip6) {
			struct prefix prefix = prefix_of(one);

			if (prefix.length > best.length)
				best = prefix;
		}
	}
	return best;
}

static void narrow_side(struct index_rule *entry, int side,
			const struct policy_condition *condition)
{
	uint16_t first, last;

	if (condition->negated || !condition->count)
		return;
	first = condition->ranges[0].first.lo;
	last = condition->ranges[condition->count - 1].last.lo;
	if (entry->first[side] < first)
		entry->first[side] = first;
	if (entry->last[side] > last)
		entry->last[side] = last;
}

static struct index_rule entry_of(const struct policy_rule *rule)
{
	static const struct policy_range tcp = { { 0, 6 }, { 0, 6 } };
	static const struct policy_condition is_tcp = {
		.ranges = (struct policy_range *)&tcp,
		.count = 1,
	};
	struct index_rule entry = {
		.rule = rule,
		.last = { UINT16_MAX, UINT16_MAX, UINT16_MAX },
	};

	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct policy_condition *one = &rule->conditions[i];

		if (one->field == POLICY_PROTOCOL)
			narrow_side(&entry, 0, one);
		else if (one->field == POLICY_TCP_FLAGS)
			narrow_side(&entry, 0,
				    &is_tcp); /* see implies_other() */
		else if (one->field == POLICY_SRC_PORT)
			narrow_side(&entry, 1, one);
		else if (one->field == POLICY_DST_PORT)
			narrow_side(&entry, 2, one);
	}
	return entry;
}

static bool may_cover(const struct index_rule *outer,
		      const struct index_rule *inner)
{
	bool may = true;

	for (int i = 0; i < INDEX_SIDES; i++)
		may &= outer->first[i] <= inner->first[i] &&
		       outer->last[i] >= inner->last[i];
	return may;
}

static uint64_t node_hash(size_t parent, struct prefix prefix)
{
	uint64_t key[] = { parent, prefix.length, prefix.value.hi,
			   prefix.value.lo };

	return hash_bytes(0, key, sizeof(key));
}

/* The node below parent for exactly this prefix; 0 if not found. */
static size_t find_node(const struct rule_index *index, size_t parent,
			struct prefix prefix)
{
	uint64_t hash = node_hash(parent, prefix);
	uint32_t number;

	for (size_t step = 0; hash_next(&index->hash, hash, &step, &number);) {
		const struct index_node *node = &index->nodes[number];

		if (node->parent == parent && node->length == prefix.length &&
		    node->prefix.hi == prefix.value.hi &&
		    node->prefix.lo == prefix.value.lo)
			return number;
	}
	return 0;
}

/* The same, but add a missing node; 0 when out of memory. */
static size_t node_below(struct rule_index *index, size_t parent,
			 struct prefix prefix)
{
	size_t number = find_node(index, parent, prefix);

	if (number)
		return number;
	if (!vec_reserve(index->nodes, index->room, index->count + 2))
		return 0;
	if (!index->count) /* the root */
		index->nodes[index->count++] = (struct index_node){ 0 };
	if (!hash_add(&index->hash, node_hash(parent, prefix), index->count))
		return 0;
	index->nodes[index->count] = (struct index_node){
		.parent = parent,
		.length = prefix.length,
		.prefix = prefix.value,
	};
	index->nodes[parent].lengths[prefix.length / 64] |=
		UINT64_C(1) << prefix.length % 64;
	return index->count++;
}

int rule_index_add(struct rule_index *index, const struct policy_rule *rule)
{
	struct prefix target = side_of(rule, POLICY_DST4, POLICY_DST6);
	struct prefix source = side_of(rule, POLICY_SRC4, POLICY_SRC6);
	struct index_node *node;
	size_t at = node_below(index, 0, target);

	if (at)
		at = node_below(index, at, source);
	if (!at)
		return -ENOMEM;
	node = &index->nodes[at];
	if (!vec_reserve(node->rules, node->room, node->count + 1))
		return -ENOMEM;
	node->rules[node->count++] = entry_of(rule);
	return 0;
}

/*
 * Iterate over the nodes below parent whose prefixes contain `prefix`. *length
 * is the state of the iteration, and starts at 0.
 */
static const struct index_node *next_node(const struct rule_index *index,
					  size_t parent, struct prefix prefix,
					  unsigned int *length)
{
	const uint64_t *lengths = index->nodes[parent].lengths;

	while (*length <= prefix.length) {
		unsigned int at = *length;
		uint64_t left = lengths[at / 64] >> at % 64;
		size_t found;

		if (!left) {
			*length = (at / 64 + 1) * 64;
			continue;
		}
		at += __builtin_ctzll(left);
		*length = at + 1;
		/* IPv4 and IPv6 prefixes never contain each other */
		if (at > prefix.length ||
		    (at != LENGTH_ANY && is_ip6(at) != is_ip6(prefix.length)))
			continue;
		found = find_node(
			index, parent,
			(struct prefix){ at, prefix_mask(prefix.value, at) });
		if (found)
			return &index->nodes[found];
	}
	return NULL;
}

static const struct policy_rule *find_in(const struct index_node *node,
					 const struct index_rule *entry,
					 size_t *work)
{
	for (size_t i = 0; i < node->count && *work; i++) {
		const struct index_rule *other = &node->rules[i];

		--*work;
		if (!may_cover(other, entry))
			continue;
		if (rule_covers(other->rule, entry->rule, work))
			return other->rule;
		*work -= *work < WORK_COMPARE ? *work : WORK_COMPARE;
	}
	return NULL;
}

const struct policy_rule *rule_index_find(const struct rule_index *index,
					  const struct policy_rule *rule)
{
	struct prefix target = side_of(rule, POLICY_DST4, POLICY_DST6);
	struct prefix source = side_of(rule, POLICY_SRC4, POLICY_SRC6);
	const struct index_node *node, *below;
	unsigned int length = 0, lower;
	struct index_rule entry = entry_of(rule);
	size_t work = WORK_MAX;

	if (!index->count)
		return NULL;
	while (work && (node = next_node(index, 0, target, &length))) {
		lower = 0;
		while (work && (below = next_node(index, node - index->nodes,
						  source, &lower))) {
			const struct policy_rule *found =
				find_in(below, &entry, &work);

			if (found)
				return found;
		}
	}
	return NULL;
}

void rule_index_free(struct rule_index *index)
{
	for (size_t i = 0; i < index->count; i++)
		free(index->nodes[i].rules);
	free(index->nodes);
	hash_free(&index->hash);
}
