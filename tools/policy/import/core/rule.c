// SPDX-License-Identifier: GPL-2.0-only
/* Functions for the readers to build chains, rules and their cases. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"

#define ROOM_MIN 4
#define PROTOCOL_TCP 6

static void add_name(struct names *names, const void *bytes, size_t size,
		     size_t index)
{
	if (names_add(names, bytes, size, index))
		return;
	fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
	exit(EXIT_FAILURE);
}

void import_names_add(struct names *names, const char *name, size_t index)
{
	add_name(names, name, strlen(name), index);
}

void import_keys_add(struct names *names, const void *bytes, size_t size)
{
	add_name(names, bytes, size, 0);
}

void import_free(struct import *import)
{
	names_free(&import->chain_names);
	names_free(&import->words);
	names_free(&import->limit_names);
	arena_free(&import->arena);
}

size_t import_chain_find(const struct import *import, const char *name)
{
	const struct name *found =
		names_find(&import->chain_names, name, strlen(name));

	return found ? found->index : import->chain_count;
}

size_t import_chain(struct import *import, const char *name)
{
	size_t index = import_chain_find(import, name);

	if (index < import->chain_count)
		return index;
	if (index == import->chain_room)
		import->chains = arena_grow(&import->arena, import->chains,
					    sizeof(*import->chains), index,
					    &import->chain_room);
	name = arena_copy(&import->arena, name, strlen(name));
	import->chains[import->chain_count++] = (struct import_chain){
		.name = name,
	};
	import_names_add(&import->chain_names, name, index);
	return index;
}

struct import_rule *import_rule_add(struct import *import, size_t index,
				    const struct import_rule *rule)
{
	struct import_chain *chain = &import->chains[index];

	if (chain->count == chain->room)
		chain->rules = arena_grow(&import->arena, chain->rules,
					  sizeof(*chain->rules), chain->count,
					  &chain->room);
	chain->rules[chain->count] = *rule;
	return &chain->rules[chain->count++];
}

void import_rule_init(struct import *import, struct import_rule *rule)
{
	*rule = (struct import_rule){ .case_count = 1 };
	rule->cases = arena_alloc(&import->arena, sizeof(*rule->cases));
	rule->cases[0] = (struct import_case){ 0 };
}

struct import_rule import_rule_copy(struct import *import,
				    const struct import_rule *rule)
{
	struct import_rule copy = *rule;

	copy.cases = arena_alloc(&import->arena, sizeof(*copy.cases));
	copy.cases[0] = (struct import_case){ 0 };
	copy.case_count = 1;
	import_and_any(import, &copy, rule->cases, rule->case_count);
	return copy;
}

/* Only the first problem of a rule is reported. */
void import_problem(struct import *import, struct import_rule *rule,
		    const char *format, ...)
{
	char text[256];
	va_list args;

	if (rule->problem)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	rule->problem = arena_copy(&import->arena, text, strlen(text));
}

static void append(struct import *import, struct import_case *one,
		   struct policy_condition condition)
{
	size_t count = one->count;
	bool is_full = !count || (count >= ROOM_MIN && !(count & (count - 1)));
	size_t room = count;

	if (is_full)
		one->conditions =
			arena_grow(&import->arena, one->conditions,
				   sizeof(*one->conditions), count, &room);
	one->conditions[one->count++] = condition;
}

void import_and(struct import *import, struct import_rule *rule,
		struct policy_condition condition)
{
	for (size_t i = 0; i < rule->case_count; i++)
		append(import, &rule->cases[i], condition);
}

void import_and_range(struct import *import, struct import_rule *rule,
		      enum policy_field field, bool negated, uint64_t first,
		      uint64_t last)
{
	import_and(import, rule,
		   import_values(import, field, negated, first, last));
}

static struct import_case both(struct import *import,
			       const struct import_case *a,
			       const struct import_case *b)
{
	struct import_case result = { 0 };

	for (size_t i = 0; i < a->count; i++)
		append(import, &result, a->conditions[i]);
	for (size_t i = 0; i < b->count; i++)
		append(import, &result, b->conditions[i]);
	return result;
}

void import_and_any(struct import *import, struct import_rule *rule,
		    const struct import_case *cases, size_t count)
{
	struct import_case *product;
	size_t made = 0;

	if (count && rule->case_count > IMPORT_ALTERNATIVES_MAX / count) {
		import_problem(import, rule, "this would need too many rules");
		return;
	}
	product = arena_alloc(&import->arena,
			      rule->case_count * count * sizeof(*product));
	for (size_t i = 0; i < rule->case_count; i++) {
		for (size_t j = 0; j < count; j++)
			product[made++] =
				both(import, &rule->cases[i], &cases[j]);
	}
	rule->cases = product;
	rule->case_count = made;
}

void import_forget_field(struct import_rule *rule, enum policy_field field)
{
	for (size_t i = 0; i < rule->case_count; i++) {
		struct import_case *one = &rule->cases[i];
		size_t count = 0;

		for (size_t j = 0; j < one->count; j++) {
			if (one->conditions[j].field != field)
				one->conditions[count++] = one->conditions[j];
		}
		one->count = count;
	}
}

bool import_has_field(const struct import_rule *rule, enum policy_field field)
{
	for (size_t i = 0; i < rule->case_count; i++) {
		for (size_t j = 0; j < rule->cases[i].count; j++) {
			if (rule->cases[i].conditions[j].field == field)
				return true;
		}
	}
	return false;
}

struct import_case import_case_of(struct import *import,
				  struct policy_condition condition)
{
	struct import_case one = { 0 };

	append(import, &one, condition);
	return one;
}

void import_resolve_targets(struct import *import)
{
	for (size_t i = 0; i < import->chain_count; i++) {
		struct import_chain *chain = &import->chains[i];

		for (size_t j = 0; j < chain->count; j++) {
			struct import_rule *rule = &chain->rules[j];

			if (rule->reject == POLICY_REJECT_RESET &&
			    !import_rule_has_protocol(import, rule,
						      PROTOCOL_TCP))
				import_problem(
					import, rule,
					"a reset is only possible for TCP");
			if (!rule->target)
				continue;
			rule->target_chain =
				import_chain_find(import, rule->target);
			if (rule->target_chain == import->chain_count) {
				rule->target_chain = 0;
				rule->unknown = true;
				import_problem(
					import, rule,
					"no equivalent of the target '%s'",
					rule->target);
			}
		}
	}
}
