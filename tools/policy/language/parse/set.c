// SPDX-License-Identifier: GPL-2.0-only
/* Sets where the field is known: as ranges, and as conditions of the rule. */
#include <stdlib.h>

#include "parser.h"

struct taking {
	enum value_kind kind;
	struct value_set *values;
	struct resolved *only_list; /* what there is so far is all of it */
	size_t taken;
};

bool starts_set(const struct parser *parser)
{
	const struct token *token = &parser->token;

	return token->kind == TOKEN_VALUE || token_is_sign(token, '!') ||
	       token_is_sign(token, '{') ||
	       (token->kind == TOKEN_WORD && !is_keyword(token) &&
		!is_reserved(token));
}

static bool copy_list(struct parser *parser, struct taking *taking,
		      const struct resolved *list)
{
	for (int i = 0; i < 2; i++) {
		const struct ranges *from = &list->set.ranges[i];

		parser->range_count += from->count;
		if (parser->range_count > POLICY_RANGES_MAX)
			return fail_limit(parser,
					  "values in the rules of a policy",
					  POLICY_RANGES_MAX);
		for (size_t j = 0; j < from->count; j++) {
			if (!ranges_add(&taking->values->ranges[i],
					from->list[j]))
				return out_of_memory(parser);
		}
	}
	return true;
}

/* A single list is not copied: a hundred rules may use one with a million. */
static bool take_list(struct parser *parser, struct taking *taking,
		      struct resolved *list)
{
	if (++taking->taken == 1) {
		taking->only_list = list;
		return true;
	}
	return copy_list(parser, taking, list);
}

static bool take_from_list(struct parser *parser, struct taking *taking)
{
	struct resolved *list = taking->only_list;

	taking->only_list = NULL;
	return !list || copy_list(parser, taking, list);
}

static bool take_set_item(struct parser *parser, const struct item *item,
			  void *context)
{
	struct taking *taking = context;
	struct list *list = NULL;

	if (!take_from_list(parser, taking))
		return false;
	if (item->first_is_word && !is_range_item(item)) {
		size_t length;
		const char *word = item_text(item, &length);

		list = list_named(parser, word, length);
	}
	if (list) {
		struct resolved *resolved =
			list_resolve(parser, list, taking->kind, item->place);

		return resolved && take_list(parser, taking, resolved);
	}
	taking->taken++;
	if (++parser->range_count > POLICY_RANGES_MAX)
		return fail_limit(parser, "values in the rules of a policy",
				  POLICY_RANGES_MAX);
	return resolve_item(parser, taking->kind, item, item->place,
			    taking->values);
}

static void free_set(struct parsed_set *set)
{
	if (set->list)
		return;
	ranges_free(&set->values.ranges[0]);
	ranges_free(&set->values.ranges[1]);
}

bool parse_set(struct parser *parser, enum value_kind kind,
	       struct parsed_set *set)
{
	struct taking taking = { .kind = kind, .values = &set->values };

	*set = (struct parsed_set){ 0 };
	set->negated = accept_sign(parser, '!');
	if (set->negated && token_is_sign(&parser->token, '=')) {
		fail_expected(parser, kind_name(kind));
		hint_negation(parser);
		return false;
	}
	if (!parse_items(parser, kind_name(kind), take_set_item, &taking)) {
		free_set(set);
		return false;
	}
	if (taking.only_list) {
		set->values = taking.only_list->set;
		set->list = taking.only_list->name;
		return true;
	}
	ranges_sort(&set->values.ranges[0]);
	ranges_sort(&set->values.ranges[1]);
	return true;
}

static void fill(struct policy_condition *condition, enum policy_field field,
		 const struct parsed_set *set, int family)
{
	*condition = (struct policy_condition){
		.field = field,
		.negated = set->negated,
		.mask = UINT64_MAX,
		.ranges = set->values.ranges[family].list,
		.count = set->values.ranges[family].count,
		.borrowed = set->list != NULL,
		.list = set->list,
	};
}

/* The IPv6 half of a condition; the field of IPv6 follows that of IPv4. */
static bool add_other_half(struct parser *parser,
			   struct policy_condition *condition,
			   const struct parsed_set *set)
{
	struct policy_condition *half = malloc(sizeof(*half));

	if (!half) {
		if (!set->list)
			free(set->values.ranges[1].list);
		return out_of_memory(parser);
	}
	fill(half, condition->field + 1, set, 1);
	condition->either_family = half;
	return true;
}

bool parse_set_field(struct parser *parser, enum value_kind kind,
		     enum policy_field field, struct policy_place place)
{
	struct policy_condition *condition;
	struct parsed_set set;
	bool is_empty, only_ip6;

	if (!parse_set(parser, kind, &set))
		return false;
	condition = add_condition(parser, field, place);
	if (!condition) {
		free_set(&set);
		return false;
	}
	is_empty = !set.values.ranges[0].count && !set.values.ranges[1].count;
	only_ip6 = !set.values.ranges[0].count && !is_empty;
	fill(condition, only_ip6 ? field + 1 : field, &set, only_ip6);
	/* no address is one of neither family */
	if (kind == KIND_ADDRESS && is_empty)
		return add_other_half(parser, condition, &set);
	if (!only_ip6 && set.values.ranges[1].count)
		return add_other_half(parser, condition, &set);
	return true;
}
