// SPDX-License-Identifier: GPL-2.0-only
#include "truth.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS_MAX 1024
#define WORD_BITS 64

enum side { SOURCE4_SIDE, TARGET4_SIDE, SOURCE6_SIDE, TARGET6_SIDE, SIDES };

static const enum policy_field side_fields[SIDES] = { POLICY_SRC4, POLICY_DST4,
						      POLICY_SRC6,
						      POLICY_DST6 };
static const enum policy_field other_family[SIDES] = { POLICY_SRC6, POLICY_DST6,
						       POLICY_SRC4,
						       POLICY_DST4 };

/*
 * Bucket i holds the values from starts[i] up to, but excluding, starts[i + 1].
 */
struct buckets {
	struct policy_value starts[BUCKETS_MAX];
	size_t count;
	uint64_t *rules[BUCKETS_MAX];
};

struct truth {
	const struct policy *policy;
	size_t words;
	struct buckets sides[SIDES];
	uint64_t *bits; /* bit sets of rules, for all buckets */
};

static int compare(const void *left, const void *right)
{
	const struct policy_value *a = left, *b = right;

	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	return a->lo < b->lo ? -1 : a->lo > b->lo;
}

static const struct policy_condition *
condition_on(const struct policy_condition *condition, enum policy_field field)
{
	if (condition->field == field)
		return condition;
	condition = condition->either_family;
	return condition && condition->field == field ? condition : NULL;
}

/* A condition of the rule that restricts the field, or NULL. */
static const struct policy_condition *narrowing(const struct policy_rule *rule,
						enum policy_field field)
{
	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct policy_condition *one =
			condition_on(&rule->conditions[i], field);

		if (one && !one->negated)
			return one;
	}
	return NULL;
}

/* A rule on addresses of one family never matches a packet of the other. */
static bool is_of_other_family(const struct policy_rule *rule, enum side side)
{
	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct policy_condition *one = &rule->conditions[i];

		if (one->field == other_family[side] && !one->either_family)
			return true;
	}
	return false;
}

static size_t bucket_of(const struct buckets *buckets,
			struct policy_value value)
{
	size_t low = 0, high = buckets->count;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (compare(&buckets->starts[middle], &value) <= 0)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Collects the starts of ranges, up to the maximum number of buckets. */
static bool choose_starts(struct truth *truth, enum side side)
{
	const struct policy_block *block = &truth->policy->blocks[0];
	struct buckets *buckets = &truth->sides[side];
	struct policy_value *starts;
	size_t count = 0, step;

	starts = malloc((block->count + 1) * sizeof(*starts));
	if (!starts)
		return false;
	for (size_t i = 0; i < block->count; i++) {
		const struct policy_condition *one =
			narrowing(&block->rules[i], side_fields[side]);

		if (one && one->count)
			starts[count++] = one->ranges[0].first;
	}
	qsort(starts, count, sizeof(*starts), compare);
	step = count / (BUCKETS_MAX - 1) + 1;
	buckets->count = 1; /* from 0 */
	for (size_t i = 0; i < count; i += step) {
		if (compare(&starts[i], &buckets->starts[buckets->count - 1]))
			buckets->starts[buckets->count++] = starts[i];
	}
	free(starts);
	return true;
}

static void add_to(struct buckets *buckets, size_t from, size_t to, size_t rule)
{
	for (size_t i = from; i <= to; i++)
		buckets->rules[i][rule / WORD_BITS] |= UINT64_C(1)
						       << rule % WORD_BITS;
}

static void add_rule(struct truth *truth, enum side side, size_t number)
{
	const struct policy_rule *rule =
		&truth->policy->blocks[0].rules[number];
	struct buckets *buckets = &truth->sides[side];
	const struct policy_condition *one = narrowing(rule, side_fields[side]);

	if (is_of_other_family(rule, side))
		return;
	if (!one) {
		add_to(buckets, 0, buckets->count - 1, number);
		return;
	}
	for (size_t i = 0; i < one->count; i++)
		add_to(buckets, bucket_of(buckets, one->ranges[i].first),
		       bucket_of(buckets, one->ranges[i].last), number);
}

struct truth *truth_new(const struct policy *policy)
{
	struct truth *truth = calloc(1, sizeof(*truth));
	size_t rules = policy->blocks[0].count, buckets = 0;
	uint64_t *bits;

	if (!truth)
		return NULL;
	truth->policy = policy;
	truth->words = rules / WORD_BITS + 1;
	for (int side = 0; side < SIDES; side++) {
		if (!choose_starts(truth, side))
			goto fail;
		buckets += truth->sides[side].count;
	}
	truth->bits = bits = calloc(buckets * truth->words, sizeof(*bits));
	if (!bits)
		goto fail;
	for (int side = 0; side < SIDES; side++) {
		struct buckets *own = &truth->sides[side];

		for (size_t i = 0; i < own->count; i++, bits += truth->words)
			own->rules[i] = bits;
		for (size_t i = 0; i < rules; i++)
			add_rule(truth, side, i);
	}
	return truth;
fail:
	truth_free(truth);
	return NULL;
}

void truth_free(struct truth *truth)
{
	if (truth)
		free(truth->bits);
	free(truth);
}

/*
 * Returns the deciding rule if this rule matches, according to the reference.
 */
static const struct policy_rule *match_rule(const struct truth *truth,
					    size_t number,
					    const struct policy_packet *packet)
{
	const struct policy *policy = truth->policy;
	struct policy_block blocks[policy->block_count];
	struct policy one = { .blocks = blocks,
			      .block_count = policy->block_count };

	memcpy(blocks, policy->blocks, sizeof(blocks));
	blocks[0].rules += number;
	blocks[0].count = 1;
	return policy_match(&one, &(struct match_context){ .packet = packet })
		.rule;
}

static const uint64_t *rules_for(const struct truth *truth, enum side side,
				 const struct policy_packet *packet)
{
	const struct buckets *buckets = &truth->sides[side];
	struct policy_value value = packet->value[side_fields[side]];

	return buckets->rules[bucket_of(buckets, value)];
}

struct policy_verdict truth_match(const struct truth *truth,
				  const struct policy_packet *packet)
{
	bool four = packet->has[POLICY_DST4];
	const struct policy_rule *rule;
	const uint64_t *source, *target;

	if (!four && !packet->has[POLICY_DST6])
		return policy_match(truth->policy, &(struct match_context){
							   .packet = packet });
	source = rules_for(truth, four ? SOURCE4_SIDE : SOURCE6_SIDE, packet);
	target = rules_for(truth, four ? TARGET4_SIDE : TARGET6_SIDE, packet);
	for (size_t i = 0; i < truth->words; i++) {
		uint64_t both = source[i] & target[i];

		for (; both; both &= both - 1) {
			size_t number = i * WORD_BITS + __builtin_ctzll(both);

			rule = match_rule(truth, number, packet);
			if (rule)
				return (struct policy_verdict){
					.action = rule->action,
					.rule = rule,
					.act = rule,
				};
		}
	}
	return (struct policy_verdict){
		.action = truth->policy->default_action,
	};
}
