// SPDX-License-Identifier: GPL-2.0-only
#include "family.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_ether.h>

#include "policy/language/set_kind.h"

/* Results for conditions that are not a dimension in this family. */
enum sense {
	SENSE_NEVER = -1,  /* the packets lack the field */
	SENSE_ALWAYS = -2, /* true for all packets of the family */
};

static bool is_there(const struct policy_condition *condition, uint64_t value)
{
	struct policy_range *range = condition->ranges;

	value &= condition->mask;
	for (size_t i = 0; i < condition->count; i++, range++) {
		if (range->first.lo <= value && value <= range->last.lo)
			return !condition->negated;
	}
	return condition->negated;
}

static uint32_t mark_mask(const struct policy_condition *condition)
{
	return condition->mask;
}

static int mark_dimension(const struct marks *marks, uint32_t mask)
{
	for (size_t i = 0; i < marks->count; i++) {
		if (marks->masks[i] == mask)
			return TG_DIM_MARK0 + i;
	}
	return SENSE_NEVER;
}

/* The dimension of a condition, or an enum sense. */
static int dimension_of(enum tg_policy_family_id id, const struct marks *marks,
			const struct policy_condition *condition)
{
	uint16_t ethertype = id == TG_FAMILY_IP4 ? ETH_P_IP : ETH_P_IPV6;
	enum policy_field field = condition->field;

	if (!(field_families(field) & 1 << id))
		return SENSE_NEVER;
	if (field == POLICY_MARK)
		return mark_dimension(marks, mark_mask(condition));
	if (field == POLICY_ETHERTYPE && id != TG_FAMILY_OTHER)
		return is_there(condition, ethertype) ? SENSE_ALWAYS
						      : SENSE_NEVER;
	return fields[field].dimension;
}

static u128 bits(unsigned int count)
{
	return count == 128 ? ~(u128)0 : ((u128)1 << count) - 1;
}

unsigned int dimension_bits(enum tg_policy_family_id id,
			    enum tg_dimension dimension)
{
	const struct dimension_facts *facts = &dimension_facts[dimension];

	return facts->map == TG_MAP_TRIE && id == TG_FAMILY_IP4 ? 32
								: facts->bits;
}

/* --- values for which a condition holds */

struct spans {
	struct span *list;
	size_t count, room;
};

static bool add_span(struct spans *spans, u128 first, u128 last)
{
	if (spans->count == spans->room) {
		size_t room = spans->room ? spans->room * 2 : 16;
		struct span *list =
			reallocarray(spans->list, room, sizeof(*list));

		if (!list)
			return false;
		spans->list = list;
		spans->room = room;
	}
	spans->list[spans->count++] = (struct span){ first, last };
	return true;
}

static u128 number_of(struct policy_value value)
{
	return (u128)value.hi << 64 | value.lo;
}

/*
 * With a mask, matching values need not be contiguous, so each value is
 * checked; such fields have few values.
 */
static bool add_masked(struct spans *spans,
		       const struct policy_condition *condition, uint32_t max)
{
	uint32_t value = 0;

	while (value <= max) {
		uint32_t first = value;

		while (value <= max && is_there(condition, value))
			value++;
		if (value > first && !add_span(spans, first, value - 1))
			return false;
		if (value <= max)
			value++;
	}
	return true;
}

static bool add_ranges(struct spans *spans,
		       const struct policy_condition *condition, u128 max)
{
	for (size_t i = 0; i < condition->count; i++) {
		u128 first = number_of(condition->ranges[i].first);
		u128 last = number_of(condition->ranges[i].last);

		if (!add_span(spans, first, last < max ? last : max))
			return false;
	}
	return true;
}

static bool add_gaps(struct spans *spans,
		     const struct policy_condition *condition, u128 max)
{
	u128 next = 0;

	for (size_t i = 0; i < condition->count; i++) {
		u128 first = number_of(condition->ranges[i].first);
		u128 last = number_of(condition->ranges[i].last);

		if (first > next && !add_span(spans, next, first - 1))
			return false;
		if (last >= max)
			return true;
		next = last + 1;
	}
	return add_span(spans, next, max);
}

static bool values_of(struct spans *spans,
		      const struct policy_condition *condition, u128 max)
{
	spans->count = 0;
	if (max < 256)
		return add_masked(spans, condition, max);
	return condition->negated ? add_gaps(spans, condition, max)
				  : add_ranges(spans, condition, max);
}

static bool intersect(struct spans *out, const struct span_set *a,
		      const struct spans *b)
{
	size_t i = 0, j = 0;

	out->count = 0;
	while (i < a->count && j < b->count) {
		struct span one = a->spans[i], other = b->list[j];
		u128 first = one.first > other.first ? one.first : other.first;
		u128 last = one.last < other.last ? one.last : other.last;

		if (first <= last && !add_span(out, first, last))
			return false;
		if (one.last < other.last)
			i++;
		else
			j++;
	}
	return true;
}

/* --- rules */

struct collection {
	struct family *family;
	const struct marks *marks;
	struct spans spans, met; /* scratch */
};

/*
 * Applies a condition. Returns 1 if the rule can still match, 0 if it cannot,
 * or a negative errno.
 */
static int narrow_to_spans(struct collection *collection,
			   struct family_rule *rule, int dimension)
{
	struct dimension *into = &collection->family->dimensions[dimension];
	struct spans *spans = &collection->spans;
	int64_t set;

	if (rule->sets[dimension]) {
		const struct span_set *old = &into->sets[rule->sets[dimension]];

		if (!intersect(&collection->met, old, spans))
			return -ENOMEM;
		spans = &collection->met;
	}
	if (!spans->count)
		return 0;
	set = dimension_add_set(into, spans->list, spans->count);
	if (set < 0)
		return set;
	rule->sets[dimension] = set;
	return 1;
}

static int narrow(struct collection *collection, struct family_rule *rule,
		  const struct policy_condition *condition, int dimension)
{
	u128 max = collection->family->dimensions[dimension].max;

	if (!values_of(&collection->spans, condition, max))
		return -ENOMEM;
	return narrow_to_spans(collection, rule, dimension);
}

/* The packet has the field, whatever its value. */
static int narrow_to_present(struct collection *collection,
			     struct family_rule *rule, int dimension)
{
	struct spans *spans = &collection->spans;

	spans->count = 0;
	if (!add_span(spans, 0, collection->family->dimensions[dimension].max))
		return -ENOMEM;
	return narrow_to_spans(collection, rule, dimension);
}

/* The bit of a set is 1, or 0 if the condition is negated. */
static bool add_bit(struct spans *spans, unsigned int bit, bool is_set)
{
	unsigned int size = 1U << bit;

	spans->count = 0;
	for (unsigned int first = is_set ? size : 0; first < 256;
	     first += 2 * size) {
		if (!add_span(spans, first, first + size - 1))
			return false;
	}
	return true;
}

/*
 * A set is one bit of a live field. The family implies that the packet has an
 * address; ports have to be asked for, as a packet without them is in no set.
 */
static int narrow_by_set(struct collection *collection,
			 struct family_rule *rule,
			 const struct policy_condition *condition)
{
	const struct policy_set *set = condition->set;
	bool is_from = set_side(condition->field) == TG_SIDE_FROM;
	int result = 1;

	if (set_kinds[set->kind].has_ports)
		result = narrow_to_present(collection, rule,
					   is_from ? TG_DIM_FROM_PORT
						   : TG_DIM_TO_PORT);
	if (result <= 0)
		return result;
	if (!add_bit(&collection->spans, set->number % TG_SETS_IN_FIELD,
		     !condition->negated))
		return -ENOMEM;
	return narrow_to_spans(
		collection, rule,
		TG_SETS_FIELD(set_side(condition->field), set->number));
}

static int add_conditions(struct collection *collection,
			  struct family_rule *rule,
			  const struct policy_rule *from)
{
	int result = 1;

	for (size_t i = 0; i < from->condition_count && result > 0; i++) {
		const struct policy_condition *condition = &from->conditions[i];
		enum tg_policy_family_id id = collection->family->id;
		int dimension = dimension_of(id, collection->marks, condition);

		if (dimension == SENSE_NEVER && condition->either_family) {
			condition = condition->either_family;
			dimension =
				dimension_of(id, collection->marks, condition);
		}
		if (dimension == SENSE_NEVER)
			return 0;
		if (condition->set)
			result = narrow_by_set(collection, rule, condition);
		else if (dimension != SENSE_ALWAYS)
			result = narrow(collection, rule, condition, dimension);
	}
	return result;
}

static int add_rule(struct collection *collection, const struct flat_rule *flat)
{
	struct family_rule rule = { .number = flat->number };
	int result = add_conditions(collection, &rule, flat->rule);

	for (const struct flat_jump *jump = flat->jump; jump && result > 0;
	     jump = jump->outer)
		result = add_conditions(collection, &rule, jump->rule);
	if (result > 0)
		collection->family->rules[collection->family->count++] = rule;
	return result < 0 ? result : 0;
}

static int divide(struct family *family)
{
	for (int i = 0; i < TG_DIMENSIONS; i++) {
		int err = dimension_divide(&family->dimensions[i]);

		if (err)
			return err;
		if (family->dimensions[i].class_count > 1)
			family->used |= TG_DIM_BIT(i);
	}
	return 0;
}

int family_collect(struct family *family, enum tg_policy_family_id id,
		   const struct flat_policy *flat, const struct marks *marks)
{
	struct collection collection = { .family = family, .marks = marks };
	int err = 0;

	*family = (struct family){ .id = id };
	family->rules = calloc(flat->count + 1, sizeof(*family->rules));
	if (!family->rules)
		return -ENOMEM;
	for (int i = 0; i < TG_DIMENSIONS && !err; i++)
		err = dimension_init(&family->dimensions[i],
				     bits(dimension_bits(id, i)),
				     dimension_facts[i].presence);
	for (size_t i = 0; i < flat->count && !err; i++)
		err = add_rule(&collection, &flat->rules[i]);
	free(collection.spans.list);
	free(collection.met.list);
	return err ? err : divide(family);
}

void family_free(struct family *family)
{
	for (int i = 0; i < TG_DIMENSIONS; i++)
		dimension_free(&family->dimensions[i]);
	free(family->rules);
	*family = (struct family){ 0 };
}

/* --- marks */

static int collect_from(struct marks *marks, const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct policy_condition *condition = &rule->conditions[i];
		uint32_t mask = mark_mask(condition);

		if (condition->field != POLICY_MARK ||
		    mark_dimension(marks, mask) >= 0)
			continue;
		if (marks->count == TG_MARKS)
			return -E2BIG;
		marks->masks[marks->count++] = mask;
	}
	return 0;
}

int marks_collect(struct marks *marks, const struct flat_policy *flat)
{
	int err = 0;

	*marks = (struct marks){ 0 };
	for (size_t i = 0; i < flat->count && !err; i++) {
		const struct flat_jump *jump = flat->rules[i].jump;

		err = collect_from(marks, flat->rules[i].rule);
		for (; jump && !err; jump = jump->outer)
			err = collect_from(marks, jump->rule);
	}
	return err;
}
