// SPDX-License-Identifier: GPL-2.0-only
/* Lists. Their items are stored unresolved, because lists have no field. */
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"
#include "parser.h"

void suggest_lists(struct parser *parser, struct suggestion *suggestion)
{
	for (size_t i = 0; i < parser->list_count && i < POLICY_COMPARED_MAX;
	     i++)
		suggest(suggestion, parser->lists[i].name,
			parser->lists[i].length);
}

struct list *list_named(struct parser *parser, const char *name, size_t length)
{
	const struct name *found =
		names_find(&parser->list_names, name, length);

	return found ? &parser->lists[found->index] : NULL;
}

static bool add_item(struct parser *parser, struct list *list,
		     const struct item *item)
{
	if (parser->item_count == POLICY_ITEMS_MAX)
		return fail_limit(parser, "items in the lists of a policy",
				  POLICY_ITEMS_MAX);
	if (!vec_reserve(list->items, list->room, list->count + 1))
		return out_of_memory(parser);
	parser->item_count++;
	list->items[list->count++] = *item;
	return true;
}

static bool is_same_kind(const struct item *a, const struct item *b)
{
	return items_name(a) == items_name(b) ||
	       !strcmp(items_name(a), items_name(b));
}

static bool check_kind(struct parser *parser, const struct list *list,
		       const struct item *item, struct policy_place place)
{
	if (!list->count || is_same_kind(&list->items[0], item))
		return true;
	return fail_at(parser, place,
		       "a list has values of one kind: this one has %s, not "
		       "%s",
		       items_name(&list->items[0]), items_name(item));
}

static bool add_list(struct parser *parser, struct list *list,
		     const struct list *other, struct policy_place place)
{
	list->is_broken |= other->is_broken;
	if (other->count && !check_kind(parser, list, &other->items[0], place))
		return false;
	for (size_t i = 0; i < other->count; i++) {
		if (!add_item(parser, list, &other->items[i]))
			return false;
	}
	return true;
}

static bool check_word(struct parser *parser, const struct item *item)
{
	struct suggestion suggestion;
	size_t length;
	const char *word = item_text(item, &length);

	if (parser->alone || is_known_word(word, length))
		return true;
	fail_at(parser, item->place,
		"'%.*s' is not a list, a service, a protocol or another known "
		"name",
		(int)(length < 40 ? length : 40), word);
	suggestion = suggest_for(word, length);
	suggest_known_words(&suggestion);
	suggest_lists(parser, &suggestion);
	hint_word(parser, &suggestion);
	return false;
}

static bool take_list_item(struct parser *parser, const struct item *item,
			   void *context)
{
	struct list *list = context;

	if (item->first_is_word && !is_range_item(item)) {
		size_t length;
		const char *word = item_text(item, &length);
		const struct list *other = list_named(parser, word, length);

		if (other)
			return add_list(parser, list, other, item->place);
		if (!check_word(parser, item))
			return false;
	}
	return check_kind(parser, list, item, item->place) &&
	       add_item(parser, list, item);
}

static bool keep_list(struct parser *parser, const struct list *list)
{
	if (parser->list_count == POLICY_LISTS_MAX)
		return fail_limit(parser, "lists", POLICY_LISTS_MAX);
	if (!vec_reserve(parser->lists, parser->list_room,
			 parser->list_count + 1))
		return out_of_memory(parser);
	if (!names_add(&parser->list_names, list->name, list->length,
		       parser->list_count))
		return out_of_memory(parser);
	parser->lists[parser->list_count++] = *list;
	return true;
}

static bool parse_list_name(struct parser *parser, struct list *list)
{
	const struct policy_set *set;
	const struct list *other;
	struct token name;

	if (!parse_name(parser, "the name of a list", &name))
		return false;
	list->name = name.text;
	list->length = name.length;
	list->place = name.place;
	set = set_named(parser, name.text, name.length);
	if (set)
		return fail_name_of_both(parser, &name, "set", set->place);
	other = list_named(parser, name.text, name.length);
	if (!other)
		return true;
	return fail_at(parser, name.place,
		       "the list '%.*s' is already defined in %s, line %u",
		       (int)name.length, name.text,
		       policy_file(parser->policy, other->place.file),
		       other->place.line);
}

/* A list with errors is kept as well, so that its uses are not errors too. */
bool parse_list(struct parser *parser)
{
	struct list list = { 0 };
	bool is_good;

	advance(parser);
	if (!parse_list_name(parser, &list))
		return false;
	if (!accept_sign(parser, '=')) {
		is_good = fail_expected(parser, "'='");
	} else if (token_is_sign(&parser->token, '!')) {
		is_good = fail_at(parser, parser->token.place,
				  "a list cannot be negated: write '!' where "
				  "it is used");
	} else {
		is_good = parse_items(parser, "a value", take_list_item, &list);
	}
	list.is_broken |= !is_good;
	if (!keep_list(parser, &list)) {
		free(list.items);
		return false;
	}
	return is_good;
}

static bool resolve_all(struct parser *parser, const struct list *list,
			struct resolved *resolved, struct policy_place place)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!resolve_item(parser, resolved->kind, &list->items[i],
				  list->items[i].place, &resolved->set)) {
			fail_at(parser, place,
				"the list '%.*s' is used for %s here",
				(int)list->length, list->name,
				kind_name(resolved->kind));
			return false;
		}
	}
	ranges_sort(&resolved->set.ranges[0]);
	ranges_sort(&resolved->set.ranges[1]);
	return true;
}

static struct resolved *add_resolved(struct parser *parser, struct list *list,
				     enum value_kind kind)
{
	struct resolved *resolved = calloc(1, sizeof(*resolved));
	char *name = strndup(list->name, list->length);

	if (!resolved || !name) {
		free(resolved);
		free(name);
		out_of_memory(parser);
		return NULL;
	}
	resolved->kind = kind;
	resolved->name = name;
	resolved->next = list->resolved;
	list->resolved = resolved;
	return resolved;
}

/* NULL after an error, which is reported once for each kind. */
struct resolved *list_resolve(struct parser *parser, struct list *list,
			      enum value_kind kind, struct policy_place place)
{
	struct resolved *resolved;

	for (resolved = list->resolved; resolved; resolved = resolved->next) {
		if (resolved->kind == kind)
			return resolved->is_good ? resolved : NULL;
	}
	resolved = add_resolved(parser, list, kind);
	if (!resolved)
		return NULL;
	if (list->is_broken)
		return NULL;
	if (list->count && !suits_kind(&list->items[0], kind))
		fail_at(parser, place,
			"the list '%.*s' has %s, but %s is expected here",
			(int)list->length, list->name,
			items_name(&list->items[0]), kind_name(kind));
	else
		resolved->is_good = resolve_all(parser, list, resolved, place);
	return resolved->is_good ? resolved : NULL;
}

static void free_resolved(struct parser *parser, struct resolved *resolved)
{
	for (int i = 0; i < 2; i++) {
		struct policy_range *list = resolved->set.ranges[i].list;

		/* rules may point to them */
		if (list && !sources_keep(parser->policy->sources, list))
			out_of_memory(parser);
	}
	if (!sources_keep(parser->policy->sources, resolved->name))
		out_of_memory(parser);
	free(resolved);
}

void lists_free(struct parser *parser)
{
	for (size_t i = 0; i < parser->list_count; i++) {
		struct list *list = &parser->lists[i];

		while (list->resolved) {
			struct resolved *next = list->resolved->next;

			free_resolved(parser, list->resolved);
			list->resolved = next;
		}
		free(list->items);
	}
	free(parser->lists);
}
