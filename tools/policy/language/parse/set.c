// SPDX-License-Identifier: GPL-2.0-only
/* Sets in a field: parsed to ranges, and added to the rule as conditions. */
#include <stdlib.h>

#include "parser.h"

struct set_builder {
	enum value_kind kind;
	struct value_set *values;
	struct resolved *only_list; /* if the set is one list so far */
	size_t items;
};

bool starts_set(const struct parser *parser)
{
	const struct token *token = &parser->token;

	return token->kind == TOKEN_VALUE || token_is_sign(token, '!') ||
	       token_is_sign(token, '{') ||
	       (token->kind == TOKEN_WORD && !is_keyword(token) &&
		!is_reserved(token));
}

static bool copy_list(struct parser *parser, struct set_builder *builder,
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
			if (!ranges_add(&builder->values->ranges[i],
					from->list[j]))
				return out_of_memory(parser);
		}
	}
	return true;
}

/* A set that is a single list shares its ranges: lists can be large. */
static bool add_set_list(struct parser *parser, struct set_builder *builder,
			 struct resolved *list)
{
	if (++builder->items == 1) {
		builder->only_list = list;
		return true;
	}
	return copy_list(parser, builder, list);
}

/* The set has another item: it can no longer share the ranges of its list. */
static bool unshare_list(struct parser *parser, struct set_builder *builder)
{
	struct resolved *list = builder->only_list;

	builder->only_list = NULL;
	return !list || copy_list(parser, builder, list);
}

static bool add_set_item(struct parser *parser, const struct item *item,
			 void *context)
{
	struct set_builder *builder = context;
	struct list *list = NULL;

	if (!unshare_list(parser, builder))
		return false;
	if (item->first_is_word && !is_range_item(item)) {
		size_t length;
		const char *word = item_text(item, &length);

		list = list_named(parser, word, length);
	}
	if (list) {
		struct resolved *resolved =
			list_resolve(parser, list, builder->kind, item->place);

		return resolved && add_set_list(parser, builder, resolved);
	}
	builder->items++;
	if (++parser->range_count > POLICY_RANGES_MAX)
		return fail_limit(parser, "values in the rules of a policy",
				  POLICY_RANGES_MAX);
	return resolve_item(parser, builder->kind, item, item->place,
			    builder->values);
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
	struct set_builder builder = { .kind = kind, .values = &set->values };

	*set = (struct parsed_set){ 0 };
	set->negated = accept_sign(parser, '!');
	if (set->negated && token_is_sign(&parser->token, '=')) {
		fail_expected(parser, kind_name(kind));
		hint_negation(parser);
		return false;
	}
	if (is_set_name(&parser->token))
		return parse_set_use(parser, kind, &set->named);
	if (!parse_items(parser, kind_name(kind), add_set_item, &builder)) {
		free_set(set);
		return false;
	}
	if (builder.only_list) {
		set->values = builder.only_list->set;
		set->list = builder.only_list->name;
		return true;
	}
	ranges_sort(&set->values.ranges[0]);
	ranges_sort(&set->values.ranges[1]);
	return true;
}

static void set_to_condition(struct policy_condition *condition,
			     enum policy_field field,
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
		.set = set->named,
	};
}

/* Add the IPv6 half; its field follows the field of the IPv4 half. */
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
	set_to_condition(half, condition->field + 1, set, 1);
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
	set_to_condition(condition, only_ip6 ? field + 1 : field, &set,
			 only_ip6);
	/* an empty set is for both families */
	if (kind == KIND_ADDRESS && is_empty)
		return add_other_half(parser, condition, &set);
	if (!only_ip6 && set.values.ranges[1].count)
		return add_other_half(parser, condition, &set);
	return true;
}
