// SPDX-License-Identifier: GPL-2.0-only
#include "cover.h"

#include <linux/if_ether.h>
#include <string.h>

#include "demand.h"
#include "lib/hash.h"
#include "policy/language/field.h"
#include "policy/language/limits.h"
#include "policy/language/ranges.h"

static bool spend_work(size_t *work, size_t amount)
{
	if (*work < amount) {
		*work = 0;
		return false;
	}
	*work -= amount;
	return true;
}

/* True if every value that matches `inner` also matches `outer`. */
static bool bits_within(const struct policy_condition *inner,
			const struct policy_condition *outer)
{
	if (inner->negated || outer->negated ||
	    outer->field == POLICY_EXTENSIONS || outer->mask & ~inner->mask)
		return false;
	return (inner->ranges[0].first.lo & outer->mask) ==
	       outer->ranges[0].first.lo;
}

/* For conditions on one field: the values of `inner` are a subset. */
static bool is_within(const struct policy_condition *inner,
		      const struct policy_condition *outer, size_t *work)
{
	if (inner->set || outer->set)
		return inner->set == outer->set &&
		       inner->negated == outer->negated;
	if (inner->mask != outer->mask)
		return bits_within(inner, outer);
	if (inner->negated && !outer->negated)
		return false; /* ignores the case that outer has all values */
	if (inner->negated) {
		return spend_work(work, outer->count) &&
		       ranges_within(outer->ranges, outer->count, inner->ranges,
				     inner->count);
	}
	if (!outer->negated)
		return spend_work(work, inner->count) &&
		       ranges_within(inner->ranges, inner->count, outer->ranges,
				     outer->count);
	return spend_work(work, inner->count < outer->count ? inner->count
							    : outer->count) &&
	       !ranges_meet(inner->ranges, inner->count, outer->ranges,
			    outer->count);
}

static const struct policy_condition *
half_of(const struct policy_condition *condition, enum policy_field field)
{
	while (condition && condition->field != field)
		condition = condition->either_family;
	return condition;
}

static bool has_value(const struct policy_condition *condition, uint64_t value)
{
	struct policy_range one = { { 0, value }, { 0, value } };

	return ranges_within(&one, 1, condition->ranges, condition->count) !=
	       condition->negated;
}

/* The packets that have the field of `inner` have an EtherType of `outer`. */
static bool implies_ethertype(const struct policy_condition *inner,
			      const struct policy_condition *outer)
{
	unsigned int families = demand_of_field(inner->field).families;

	if (inner->either_family)
		families = IS_IP;
	return !(families & IS_OTHER) &&
	       (!(families & IS_IP4) || has_value(outer, ETH_P_IP)) &&
	       (!(families & IS_IP6) || has_value(outer, ETH_P_IPV6)) &&
	       (!(families & IS_ARP) || has_value(outer, ETH_P_ARP));
}

/* True if every packet that has the field of `inner` meets `outer`. */
static bool implies_other(const struct policy_condition *inner,
			  const struct policy_condition *outer)
{
	enum tg_presence presence = field_presence(inner->field);

	switch (outer->field) {
	case POLICY_ETHERTYPE:
		return implies_ethertype(inner, outer);
	case POLICY_PROTOCOL:
		return presence == TG_HAS_TCP && has_value(outer, 6);
	case POLICY_VLANS:
		if (presence == TG_HAS_TAG)
			return has_value(outer, 1) && has_value(outer, 2);
		return presence == TG_HAS_TWO_TAGS && has_value(outer, 2);
	default:
		return false;
	}
}

static bool implies(const struct policy_condition *inner,
		    const struct policy_condition *outer, size_t *work)
{
	const struct policy_condition *half = half_of(outer, inner->field);

	if (!half)
		return implies_other(inner, outer);
	if (!is_within(inner, half, work))
		return false;
	if (!inner->either_family)
		return true;
	half = half_of(outer, inner->either_family->field);
	return half && is_within(inner->either_family, half, work);
}

bool rule_covers(const struct policy_rule *rule,
		 const struct policy_rule *other, size_t *work)
{
	/* Start with the last field: ports differ more often than addresses. */
	for (size_t i = rule->condition_count; i > 0; i--) {
		const struct policy_condition *outer = &rule->conditions[i - 1];
		size_t j = other->condition_count;

		while (j > 0 &&
		       !implies(&other->conditions[j - 1], outer, work))
			j--;
		if (j == 0 || !*work)
			return false;
	}
	return spend_work(work, 1);
}

static bool conditions_same(const struct policy_condition *a,
			    const struct policy_condition *b)
{
	if (a->field != b->field || a->negated != b->negated ||
	    !policy_set_is(a->set, b->set) || a->mask != b->mask ||
	    a->count != b->count || !a->either_family != !b->either_family)
		return false;
	if (a->ranges != b->ranges &&
	    (a->count > POLICY_COMPARED_MAX ||
	     memcmp(a->ranges, b->ranges, a->count * sizeof(*a->ranges)) != 0))
		return false;
	return !a->either_family ||
	       conditions_same(a->either_family, b->either_family);
}

bool rules_match_same(const struct policy_rule *a, const struct policy_rule *b)
{
	if (a->condition_count != b->condition_count)
		return false;
	for (size_t i = 0; i < a->condition_count; i++) {
		if (!conditions_same(&a->conditions[i], &b->conditions[i]))
			return false;
	}
	return true;
}

static bool limits_same(const struct policy_limit *a,
			const struct policy_limit *b)
{
	if (!a || !b)
		return a == b;
	return a->rate.amount == b->rate.amount &&
	       a->rate.seconds == b->rate.seconds &&
	       a->rate.is_of_size == b->rate.is_of_size &&
	       a->rate.burst == b->rate.burst && a->per == b->per &&
	       a->length4 == b->length4 && a->length6 == b->length6 &&
	       a->full == b->full && rules_act_same(&a->over, &b->over);
}

bool rules_act_same(const struct policy_rule *a, const struct policy_rule *b)
{
	if (a->action != b->action || a->reject != b->reject ||
	    a->keep != b->keep || a->change_count != b->change_count ||
	    (a->action == POLICY_JUMP && a->target != b->target) ||
	    !limits_same(a->limit, b->limit))
		return false;
	for (size_t i = 0; i < a->change_count; i++) {
		const struct policy_change *one = &a->changes[i];
		const struct policy_change *two = &b->changes[i];

		if (one->kind != two->kind || one->value != two->value ||
		    one->mask != two->mask ||
		    !policy_set_is(one->set, two->set) ||
		    one->side != two->side || one->length4 != two->length4 ||
		    one->length6 != two->length6 ||
		    one->seconds != two->seconds ||
		    one->text_length != two->text_length ||
		    (one->text_length &&
		     memcmp(one->text, two->text, one->text_length) != 0) ||
		    strcmp(one->device, two->device) != 0)
			return false;
	}
	return true;
}

static uint64_t hash_condition(uint64_t hash,
			       const struct policy_condition *condition)
{
	uint64_t head[] = { condition->field, condition->negated,
			    condition->mask, condition->count,
			    condition->set ? condition->set->number + 1 : 0 };

	hash = hash_bytes(hash, head, sizeof(head));
	if (condition->count <= POLICY_COMPARED_MAX)
		hash = hash_bytes(hash, condition->ranges,
				  condition->count *
					  sizeof(struct policy_range));
	else
		hash = hash_bytes(hash, &condition->ranges,
				  sizeof(condition->ranges));
	return condition->either_family
		       ? hash_condition(hash, condition->either_family)
		       : hash;
}

uint64_t rule_hash(const struct policy_rule *rule)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < rule->condition_count; i++)
		hash = hash_condition(hash, &rule->conditions[i]);
	return hash;
}
