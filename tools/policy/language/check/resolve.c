// SPDX-License-Identifier: GPL-2.0-only
/* Resolve an item to values, once its field is known. */
#include <string.h>

#include "policy/language/parse/parser.h"

/* The highest number of a kind that is not an address. */
static uint64_t kind_max(enum value_kind kind)
{
	return (UINT64_C(1) << value_kinds[kind].bits % 64) - 1;
}

const char *kind_name(enum value_kind kind)
{
	return value_kinds[kind].what;
}

const char *item_text(const struct item *item, size_t *length)
{
	*length = item->first.hi;
	return (const char *)(uintptr_t)item->first.lo;
}

bool is_range_item(const struct item *item)
{
	return item->first_is_word != item->last_is_word ||
	       value_compare(item->first, item->last) != 0;
}

const char *items_name(const struct item *item)
{
	static const char *const names[ITEM_KINDS] = {
		[ITEM_NUMBER] = "numbers",
		[ITEM_IP4] = "addresses",
		[ITEM_IP6] = "addresses",
		[ITEM_MAC] = "MACs",
	};

	return names[item->kind];
}

bool suits_kind(const struct item *item, enum value_kind kind)
{
	switch (item->kind) {
	case ITEM_IP4:
	case ITEM_IP6:
		return kind == KIND_ADDRESS;
	case ITEM_MAC:
		return kind == KIND_MAC;
	default:
		return kind != KIND_ADDRESS && kind != KIND_MAC;
	}
}

static bool fail_kind(struct parser *parser, const struct item *item,
		      enum value_kind kind, struct policy_place place)
{
	static const char *const names[ITEM_KINDS] = {
		[ITEM_NUMBER] = "a number",
		[ITEM_IP4] = "an address",
		[ITEM_IP6] = "an address",
		[ITEM_MAC] = "a MAC",
	};

	fail_at(parser, place, "expected %s, not %s", value_kinds[kind].what,
		names[item->kind]);
	if (kind == KIND_ADDRESS && item->kind == ITEM_NUMBER)
		report_hint(parser->diagnostics, "write 'port' before a port");
	else if (kind == KIND_ADDRESS && item->kind == ITEM_MAC)
		report_hint(parser->diagnostics, "write 'mac' before a MAC");
	return false;
}

static void suggest_words(struct suggestion *suggestion, enum word_table words)
{
	const char *name;
	uint32_t value;

	if (words == NO_WORDS)
		return;
	for (size_t i = 0; (name = word_at(words, i, &value)); i++)
		suggest(suggestion, name, strlen(name));
}

/* For words that other tools allow before or instead of a value. */
static bool hint_value(struct parser *parser, enum value_kind kind,
		       const char *word, size_t length)
{
	const char *hint = NULL;

	if ((kind == KIND_ICMP || kind == KIND_ICMP6) && length == 4 &&
	    !memcmp(word, "ping", length))
		hint = "did you mean 'echo-request'?";
	else if (length == 3 && !memcmp(word, "not", length))
		hint = "'!' before a set negates it: 'to port !80'";
	else if (kind == KIND_ADDRESS &&
		 ((length == 3 && !memcmp(word, "net", 3)) ||
		  (length == 4 && !memcmp(word, "host", 4))))
		hint = "leave it out: the address follows 'from' or 'to'";
	if (hint)
		report_hint(parser->diagnostics, "%s", hint);
	return hint;
}

static bool fail_word(struct parser *parser, enum value_kind kind,
		      const char *word, size_t length,
		      struct policy_place place)
{
	struct suggestion suggestion = suggest_for(word, length);

	fail_at(parser, place, "'%.*s' is neither a list nor %s",
		(int)(length < 40 ? length : 40), word, value_kinds[kind].what);
	if (hint_value(parser, kind, word, length))
		return false;
	if (set_named(parser, word, length)) {
		report_hint(parser->diagnostics, "did you mean '@%.*s'?",
			    (int)length, word);
		return false;
	}
	suggest_words(&suggestion, value_kinds[kind].words);
	if (kind == KIND_ADDRESS) {
		suggest(&suggestion, "port", 4);
		suggest(&suggestion, "any", 3);
		suggest(&suggestion, "mac", 3);
	}
	suggest_lists(parser, &suggestion);
	hint_word(parser, &suggestion);
	return false;
}

/* Resolve one end of a range of numbers. */
static bool resolve_end(struct parser *parser, enum value_kind kind,
			bool is_word, struct policy_value *value,
			struct policy_place place)
{
	const char *word = (const char *)(uintptr_t)value->lo;
	size_t length = value->hi;
	uint32_t number;

	if (is_word) {
		if (value_kinds[kind].words == NO_WORDS ||
		    !word_value(value_kinds[kind].words, word, length, &number))
			return parser->alone ||
			       fail_word(parser, kind, word, length, place);
		*value = (struct policy_value){ .lo = number };
		return true;
	}
	if (kind == KIND_EXTENSION)
		return fail_at(parser, place,
			       "write an extension header as a name, not as a "
			       "number");
	if (value->lo > kind_max(kind))
		return fail_at(parser, place,
			       "%s can be at most %llu, not %llu",
			       value_kinds[kind].what,
			       (unsigned long long)kind_max(kind),
			       (unsigned long long)value->lo);
	return true;
}

static bool add_to_set(struct parser *parser, const struct item *item,
		       struct policy_range range, struct value_set *set)
{
	if (!ranges_add(&set->ranges[item->kind == ITEM_IP6], range))
		return out_of_memory(parser);
	return true;
}

bool resolve_item(struct parser *parser, enum value_kind kind,
		  const struct item *item, struct policy_place place,
		  struct value_set *set)
{
	struct policy_range range = { item->first, item->last };

	if (!suits_kind(item, kind)) {
		size_t length;
		const char *word = item_text(item, &length);

		if (!item->first_is_word)
			return fail_kind(parser, item, kind, place);
		return parser->alone ||
		       fail_word(parser, kind, word, length, place);
	}
	if (item->kind != ITEM_NUMBER)
		return add_to_set(parser, item, range, set);
	if (!resolve_end(parser, kind, item->first_is_word, &range.first,
			 place) ||
	    !resolve_end(parser, kind, item->last_is_word, &range.last, place))
		return false;
	if (parser->alone)
		return true; /* an undefined name has no value */
	if (kind == KIND_EXTENSION && is_range_item(item))
		return fail_at(parser, place,
			       "extension headers cannot be a range");
	if (value_compare(range.first, range.last) > 0)
		return fail_at(parser, place,
			       "this range ends before it starts");
	return add_to_set(parser, item, range, set);
}

bool is_known_word(const char *word, size_t length)
{
	uint32_t value;

	for (enum word_table i = 0; i < WORD_TABLES; i++) {
		if (word_value(i, word, length, &value))
			return true;
	}
	return false;
}

void suggest_known_words(struct suggestion *suggestion)
{
	for (enum word_table i = 0; i < WORD_TABLES; i++)
		suggest_words(suggestion, i);
}
