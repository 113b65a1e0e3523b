// SPDX-License-Identifier: GPL-2.0-only
/* Interns frames and blocks, so that equal ones are written once. */
#include <errno.h>
#include <string.h>

#include "walk.h"
#include "policy/language/limits.h"

/* Finds the item whose first bytes are the key. */
static void *find_key(const struct names *names, const void *key, size_t size)
{
	const struct name *found = names_find(names, key, size);

	return found ? (void *)found->text : NULL;
}

const struct frame *walk_frame(struct walk *walk, size_t chain, size_t index,
			       const struct frame *parent)
{
	const struct frame key = { chain, index, parent };
	struct frame *frame = find_key(&walk->frames, &key, sizeof(key));

	if (frame)
		return frame;
	frame = arena_alloc(&walk->import->arena, sizeof(*frame));
	*frame = key;
	import_keys_add(&walk->frames, frame, sizeof(*frame));
	return frame;
}

static const char *name_of(struct walk *walk, const struct block *block)
{
	struct import *import = walk->import;
	struct import_chain *chain = &import->chains[block->is.frame->chain];

	if (!chain->word)
		chain->word = import_name(import, chain->name);
	if (block->is.kind == BLOCK_CHAIN && !block->is.frame->index &&
	    !chain->copies++)
		return chain->word;
	return import_name(
		import, arena_format(&import->arena, "%s%s", chain->word,
				     block->is.kind == BLOCK_REST     ? "-rest"
				     : block->is.kind == BLOCK_UNLESS ? "-but"
								      : ""));
}

struct block *walk_block(struct walk *walk, enum block_kind kind,
			 const struct frame *frame, struct import_mark mark)
{
	const struct block_key key = { frame, mark, kind };
	struct block *block = find_key(&walk->blocks, &key, sizeof(key));

	if (block)
		return block;
	block = arena_alloc(&walk->import->arena, sizeof(*block));
	*block = (struct block){ .is = key, .index = walk->count };
	import_keys_add(&walk->blocks, block, sizeof(key));
	if (walk->count)
		block->list.name = (char *)name_of(walk, block);
	if (walk->count == walk->room)
		walk->list = arena_grow(&walk->import->arena, walk->list,
					sizeof(*walk->list), walk->count,
					&walk->room);
	walk->list[walk->count++] = block;
	return block;
}

/* The buffer doubles in size: a chain can consist of many comments. */
void walk_add_comment(struct walk *walk, const char *text)
{
	struct block *block = walk->now;
	const char *line = import_comment(walk->import, text);
	size_t size = strlen(line), needed = block->comments_size + size + 2;

	if (needed > block->comments_room) {
		char *more = arena_alloc(&walk->import->arena, 2 * needed);

		if (block->comments)
			memcpy(more, block->comments, block->comments_size);
		block->comments = more;
		block->comments_room = 2 * needed;
	}
	if (block->comments_size)
		block->comments[block->comments_size++] = '\n';
	memcpy(block->comments + block->comments_size, line, size + 1);
	block->comments_size += size;
	walk->comments_size += size;
}

/* They belong to what comes below them. */
const char *walk_take_comments(struct block *block)
{
	const char *comments = block->comments;

	block->comments = NULL;
	block->comments_size = block->comments_room = 0;
	return comments;
}

void walk_add_rule(struct walk *walk, const struct policy_rule *rule,
		   const struct import_case *one)
{
	struct block *block = walk->now;
	struct policy_block *list = &block->list;
	struct import_case finished = *one;

	import_case_finish(walk->import, &finished);
	if (list->count == block->room)
		list->rules =
			arena_grow(&walk->import->arena, list->rules,
				   sizeof(*rule), list->count, &block->room);
	list->rules[list->count] = *rule;
	list->rules[list->count].conditions = finished.conditions;
	list->rules[list->count].condition_count = finished.count;
	list->rules[list->count++].comment = walk_take_comments(block);
	walk->rules++;
	for (size_t i = 0; i < finished.count; i++) {
		if (!finished.conditions[i].list)
			walk->values += finished.conditions[i].count;
	}
}

bool walk_is_full(const struct walk *walk)
{
	return walk->rules > IMPORT_RULES_MAX ||
	       walk->values > POLICY_RANGES_MAX ||
	       walk->comments_size > POLICY_SIZE_MAX;
}

int walk_check_size(struct walk *walk)
{
	if (!walk_is_full(walk))
		return 0;
	if (walk->rules > IMPORT_RULES_MAX)
		import_error(walk->import, 0, 0,
			     "more than %d rules would be needed",
			     IMPORT_RULES_MAX);
	else if (walk->values > POLICY_RANGES_MAX)
		import_error(walk->import, 0, 0,
			     "more than %d values in rules would be needed",
			     POLICY_RANGES_MAX);
	else
		import_error(walk->import, 0, 0,
			     "more than %d MiB of comments would be needed",
			     POLICY_SIZE_MAX >> 20);
	return -E2BIG;
}

/* Nesting depth of sub-lists. The recursion stops at POLICY_JUMPS_MAX. */
static unsigned int height_of(struct walk *walk, struct block *block,
			      unsigned int depth)
{
	const struct policy_block *list = &block->list;
	unsigned int height = 1;

	if (block->height || depth > POLICY_JUMPS_MAX)
		return block->height ? block->height : 1;
	for (size_t i = 0; i < list->count; i++) {
		unsigned int below;

		if (list->rules[i].action != POLICY_JUMP)
			continue;
		below = 1 + height_of(walk, walk->list[list->rules[i].target],
				      depth + 1);
		height = below > height ? below : height;
	}
	block->height = height;
	return height;
}

int walk_check_depth(struct walk *walk)
{
	if (height_of(walk, walk->list[0], 0) <= POLICY_JUMPS_MAX)
		return 0;
	import_error(walk->import, 0, 0,
		     "sub-lists would be nested more than %d deep: too many "
		     "marks or returns",
		     POLICY_JUMPS_MAX);
	return -E2BIG;
}

void walk_free(struct walk *walk)
{
	names_free(&walk->frames);
	names_free(&walk->blocks);
}

/* --- chains */

enum visit { UNKNOWN, OPEN, DONE };

static bool is_conditional(const struct import_rule *rule)
{
	return rule->case_count != 1 || rule->cases[0].count ||
	       rule->unless_count;
}

/* An unconditional return is the same as the end of the chain. */
static bool leaves_chain(const struct import_rule *rule)
{
	return rule->action == IMPORT_GOTO ||
	       (rule->action == IMPORT_RETURN && is_conditional(rule));
}

bool walk_leaves_simply(struct import *import, const struct import_rule *rule)
{
	struct import_rule others;

	return (rule->action == IMPORT_RETURN || rule->action == IMPORT_GOTO) &&
	       !rule->mark.mask && is_conditional(rule) &&
	       walk_negate(import, rule, &others);
}

static bool decides(const struct import_rule *rule)
{
	return rule->action == IMPORT_PASS || rule->action == IMPORT_DROP ||
	       rule->action == IMPORT_REJECT;
}

static int visit_chain(struct import *import, size_t index, unsigned int depth)
{
	struct import_chain *chain = &import->chains[index];
	int err = 0;

	if (chain->visit == DONE)
		return 0;
	if (chain->visit == OPEN || depth > POLICY_JUMPS_MAX) {
		import_error(import, 0, 0,
			     chain->visit == OPEN
				     ? "chain '%s' is part of a loop of jumps"
				     : "chains are nested too deep: '%s'",
			     chain->name);
		return chain->visit == OPEN ? -ELOOP : -E2BIG;
	}
	chain->visit = OPEN;
	for (size_t i = 0; i < chain->count && !err; i++) {
		struct import_rule *rule = &chain->rules[i];
		bool jumps = rule->action == IMPORT_JUMP ||
			     rule->action == IMPORT_GOTO;

		if (!import_is_translated(rule))
			continue;
		if (jumps)
			err = visit_chain(import, rule->target_chain,
					  depth + 1);
		/* `chain` stays valid: no chains are added after reading */
		chain->needs_rest |=
			(rule->mark.mask && !decides(rule)) ||
			rule->unless_count ||
			(leaves_chain(rule) &&
			 !walk_leaves_simply(import, rule)) ||
			(jumps &&
			 import->chains[rule->target_chain].needs_rest);
	}
	chain->visit = DONE;
	return err;
}

int walk_check_chains(struct import *import)
{
	return visit_chain(import, import->base, 0);
}
