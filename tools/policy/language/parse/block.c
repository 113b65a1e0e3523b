// SPDX-License-Identifier: GPL-2.0-only
/* Sub-lists and jumps. */
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"
#include "parser.h"

/* Parse the name of a list or a sub-list. */
bool parse_name(struct parser *parser, const char *what, struct token *name)
{
	*name = parser->token;
	if (name->kind != TOKEN_WORD)
		return fail_expected(parser, what);
	if (is_reserved(name))
		return fail_reserved(parser, name);
	if (is_set_name(name)) {
		fail_at(parser, name->place,
			"'%.*s' is a set, and its name cannot be used here",
			(int)name->length, name->text);
		return false;
	}
	if (is_keyword(name))
		return fail_at(parser, name->place,
			       "'%.*s' is a keyword, and cannot be a name",
			       (int)name->length, name->text);
	if (name->length > POLICY_NAME_MAX)
		return fail_at(parser, name->place,
			       "a name can have at most %d characters",
			       POLICY_NAME_MAX);
	if (memchr(name->text, '.', name->length))
		return fail_at(
			parser, name->place,
			"a name consists of letters, digits, '-' and '_'");
	advance(parser);
	return true;
}

bool policy_is_name(const char *text)
{
	struct token name = {
		.kind = TOKEN_WORD,
		.text = text,
		.length = strlen(text),
	};

	return !is_set_name(&name) && !is_reserved(&name) &&
	       !is_keyword(&name) && !is_known_word(text, name.length) &&
	       name.length <= POLICY_NAME_MAX &&
	       !memchr(text, '.', name.length);
}

static bool add_block(struct parser *parser, const struct token *name,
		      size_t *index)
{
	struct policy *policy = parser->policy;
	size_t count = policy->block_count;

	if (count == POLICY_BLOCKS_MAX)
		return fail_limit(parser, "sub-lists", POLICY_BLOCKS_MAX);
	if (!vec_reserve(policy->blocks, parser->block_room, count + 1) ||
	    !vec_reserve(parser->blocks, parser->state_room, count + 1))
		return out_of_memory(parser);
	policy->blocks[count] = (struct policy_block){ 0 };
	parser->blocks[count] = (struct block_state){ 0 };
	if (name) {
		char *copy = strndup(name->text, name->length);

		if (!copy || !names_add(&parser->block_names, name->text,
					name->length, count)) {
			free(copy);
			return out_of_memory(parser);
		}
		policy->blocks[count].name = copy;
		policy->blocks[count].place = name->place;
	}
	policy->block_count++;
	*index = count;
	return true;
}

bool add_main_block(struct parser *parser)
{
	size_t index;

	if (!add_block(parser, NULL, &index))
		return false;
	parser->blocks[index].is_defined = true;
	return true;
}

bool block_named(struct parser *parser, const struct token *name, size_t *block)
{
	const struct name *found =
		names_find(&parser->block_names, name->text, name->length);

	if (!found)
		return add_block(parser, name, block);
	*block = found->index;
	return true;
}

/* Also after an invalid name, so that the '}' closes this sub-list. */
static void open_sublist(struct parser *parser, struct policy_place place)
{
	parser->opened = place;
	parser->opened_within = 0;
	parser->opened_depth = parser->depth;
}

static bool parse_sublist_name(struct parser *parser)
{
	struct token name;
	size_t block;

	if (!parse_name(parser, "the name of a sub-list", &name) ||
	    !block_named(parser, &name, &block))
		return false;
	if (parser->blocks[block].is_defined) {
		struct policy_place first = parser->policy->blocks[block].place;

		return fail_at(parser, name.place,
			       "the sub-list '%.*s' is already defined in %s, "
			       "line %u",
			       (int)name.length, name.text,
			       policy_file(parser->policy, first.file),
			       first.line);
	}
	parser->blocks[block].is_defined = true;
	parser->policy->blocks[block].place = name.place;
	parser->block = block;
	return true;
}

bool parse_sublist(struct parser *parser)
{
	struct policy_place place = parser->token.place;
	bool is_named;

	advance(parser);
	if (parser->opened.line) {
		parser->opened_within++;
		return fail_at(
			parser, place,
			"sub-lists cannot be nested: the one opened in line %u "
			"is not closed",
			parser->opened.line);
	}
	is_named = parse_sublist_name(parser);
	open_sublist(parser, place);
	if (!is_named)
		return false;
	if (!accept_sign(parser, '{'))
		return fail_expected(parser, "'{'");
	if (!is_line_end(parser))
		return fail_expected(parser, "the end of the line");
	return true;
}

bool close_sublist(struct parser *parser)
{
	if (!parser->opened.line || parser->opened_depth != parser->depth)
		return fail_at(parser, parser->token.place,
			       "this '}' closes no sub-list");
	advance(parser);
	if (parser->opened_within) {
		parser->opened_within--;
		return true;
	}
	parser->opened.line = 0;
	parser->block = 0;
	return true;
}

void check_sublist_closed(struct parser *parser)
{
	if (parser->is_over || !parser->opened.line ||
	    parser->opened_depth != parser->depth)
		return;
	fail_at(parser, parser->opened, "this sub-list has no closing '}'");
	parser->opened.line = 0;
	parser->block = 0;
}

static void check_defined(struct parser *parser, size_t index)
{
	const struct policy_block *block = &parser->policy->blocks[index];
	struct block_state *state = &parser->blocks[index];
	struct suggestion suggestion;

	if (state->is_defined && state->used.line)
		return;
	if (state->is_defined) {
		/* the jump may be in a line that had an error */
		if (parser->diagnostics->counts[SEVERITY_ERROR])
			return;
		report_warning(parser->diagnostics, block->place,
			       "no rule jumps to the sub-list '%s'",
			       block->name);
		return;
	}
	fail_at(parser, state->used, "there is no sub-list '%s'", block->name);
	suggestion = suggest_for(block->name, strlen(block->name));
	for (size_t i = 1;
	     i < parser->policy->block_count && i < POLICY_COMPARED_MAX; i++) {
		const char *name = parser->policy->blocks[i].name;

		if (parser->blocks[i].is_defined)
			suggest(&suggestion, name, strlen(name));
	}
	hint_word(parser, &suggestion);
}

/*
 * Find loops, and compute how deep the jumps below a block nest and how many
 * rules a packet may pass there: two jumps in each of 32 sub-lists make 2^32.
 * The results are stored per block, so each block is visited once.
 */
static size_t measure_jumps(struct parser *parser, size_t index, size_t above)
{
	const struct policy_block *block = &parser->policy->blocks[index];
	struct block_state *states = parser->blocks;

	states[index].is_open = true;
	states[index].depth = 1;
	states[index].rules = block->count;
	for (size_t i = 0;
	     i < block->count && !diagnostics_full(parser->diagnostics); i++) {
		const struct policy_rule *rule = &block->rules[i];
		size_t target = rule->target, depth;

		if (rule->action != POLICY_JUMP)
			continue;
		if (states[target].is_open) {
			fail_at(parser, rule->place,
				"this jump makes a loop: '%s' jumps back to "
				"here",
				parser->policy->blocks[target].name);
			continue;
		}
		if (above == POLICY_JUMPS_MAX) {
			fail_at(parser, rule->place,
				"jumps are nested more than %d deep",
				POLICY_JUMPS_MAX);
			continue;
		}
		depth = states[target].depth
				? states[target].depth
				: measure_jumps(parser, target, above + 1);
		if (above + depth > POLICY_JUMPS_MAX)
			fail_at(parser, rule->place,
				"jumps from here are nested more than %d deep",
				POLICY_JUMPS_MAX);
		if (states[index].depth < depth + 1)
			states[index].depth = depth + 1;
		states[index].rules += states[target].rules;
		if (states[index].rules > POLICY_RULES_MAX) {
			fail_at(parser, rule->place,
				"more than %d rules, counting the rules of "
				"sub-lists once per jump",
				POLICY_RULES_MAX);
			states[index].rules = 0; /* report it once */
		}
	}
	states[index].is_open = false;
	return states[index].depth;
}

void check_blocks(struct parser *parser)
{
	if (parser->alone)
		return;
	for (size_t i = 1; i < parser->policy->block_count; i++) {
		if (diagnostics_full(parser->diagnostics))
			return;
		check_defined(parser, i);
	}
	for (size_t i = 0; i < parser->policy->block_count; i++) {
		if (!parser->blocks[i].depth)
			measure_jumps(parser, i, 0);
	}
}
