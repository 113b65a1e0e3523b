// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks the chains and writes policy blocks. The policy language has no return,
 * no goto, and cannot set a mark before the verdict. But everything that a
 * chain does from some rule on, up to the verdict, is a list of rules; so these
 * three become jumps to such a list (BLOCK_REST), which always decides. In it,
 * a mark that was set before is a constant, which is applied to verdicts and
 * conditions.
 */
#include <string.h>

#include "walk.h"

static struct import_mark combine_marks(struct import_mark first,
					struct import_mark second)
{
	return (struct import_mark){
		.value = (first.value & ~second.mask) | second.value,
		.mask = first.mask | second.mask,
	};
}

/* --- one rule of the policy */

static void add_change(struct walk *walk, struct policy_rule *rule,
		       const struct policy_change *change)
{
	if (!rule->changes)
		rule->changes = arena_alloc(&walk->import->arena,
					    (2 + TG_SET_CHANGES_MAX) *
						    sizeof(*rule->changes));
	rule->changes[rule->change_count++] = *change;
}

/* What is done with packets: by a rule, or NULL, the policy of the chain. */
static void set_act(struct walk *walk, struct policy_rule *rule,
		    const struct import_rule *from,
		    const struct import_case *one, struct import_mark mark)
{
	struct import *import = walk->import;
	bool drops = from ? from->action == IMPORT_DROP : import->drops;

	if (from && from->action == IMPORT_REJECT) {
		/* packets of other families are dropped without a reply */
		bool has_answer = import_case_is_ip(import, one);

		rule->action = has_answer ? POLICY_REJECT : POLICY_DROP;
		rule->reject = from->reject;
	} else if (drops) {
		rule->action = POLICY_DROP;
	} else {
		rule->action = POLICY_PASS;
		rule->keep = import_keeps(import, one);
		if (mark.mask)
			add_change(walk, rule,
				   &(struct policy_change){
					   .kind = POLICY_SET_MARK,
					   .value = mark.value,
					   .mask = mark.mask });
	}
	for (size_t i = 0; from && i < from->change_count; i++)
		add_change(walk, rule, &from->changes[i]);
	if (from && from->logs)
		add_change(walk, rule,
			   &(struct policy_change){
				   .kind = POLICY_LOG,
				   .text = from->log,
				   .text_length =
					   from->log ? strlen(from->log) : 0 });
}

/* walk->mark is what packets have before the rule that follows. */
static void set_limit(struct walk *walk, struct policy_rule *rule,
		      const struct import_rule *from,
		      const struct import_case *one, struct import_mark mark)
{
	struct import_limit *limit = from->limit;
	const struct import_rule *next = limit->next;
	struct import_mark next_mark =
		next ? combine_marks(walk->mark, next->mark) : walk->mark;
	struct policy_limit *to =
		arena_alloc(&walk->import->arena, sizeof(*to));

	*to = (struct policy_limit){ .rate = limit->rate,
				     .per = limit->per,
				     .length4 = limit->length4,
				     .length6 = limit->length6,
				     .full = limit->full };
	set_act(walk, rule, limit->is_above ? next : from, one,
		limit->is_above ? next_mark : mark);
	set_act(walk, &to->over, limit->is_above ? from : next, one,
		limit->is_above ? mark : next_mark);
	rule->limit = to;
	limit->written++;
}

static void write_verdict(struct walk *walk, const struct import_rule *from,
			  const struct import_case *one,
			  struct import_mark mark)
{
	struct policy_rule rule = { 0 };

	if (from && from->limit)
		set_limit(walk, &rule, from, one, mark);
	else
		set_act(walk, &rule, from, one, mark);
	walk_add_rule(walk, &rule, one);
}

static void write_jump(struct walk *walk, struct block *to,
		       const struct import_case *one)
{
	const struct policy_rule rule = { .action = POLICY_JUMP,
					  .target = to->index };

	walk_add_rule(walk, &rule, one);
}

/*
 * Writes a jump to everything that follows this frame, or, at the end of the
 * base chain (NULL), its verdict.
 */
static void write_rest(struct walk *walk, const struct frame *frame,
		       const struct import_case *one, struct import_mark mark)
{
	const struct import *import = walk->import;

	while (frame && frame->index == import->chains[frame->chain].count)
		frame = frame->parent;
	if (!frame)
		write_verdict(walk, NULL, one, mark);
	else
		write_jump(walk,
			   walk_block(walk, BLOCK_REST,
				      walk_frame(walk, frame->chain,
						 frame->index, frame->parent),
				      mark),
			   one);
}

static void write_action(struct walk *walk, const struct frame *frame,
			 const struct import_rule *rule,
			 const struct import_case *one)
{
	struct import_mark mark = combine_marks(walk->mark, rule->mark);
	const struct import_chain *target =
		&walk->import->chains[rule->target_chain];
	const struct frame *after =
		walk_frame(walk, frame->chain, frame->index + 1, frame->parent);

	switch (rule->action) {
	case IMPORT_NONE:
		if (rule->mark.mask)
			write_rest(walk, after, one, mark);
		break;
	case IMPORT_PASS:
	case IMPORT_DROP:
	case IMPORT_REJECT:
		write_verdict(walk, rule, one, mark);
		break;
	case IMPORT_JUMP:
		if (rule->mark.mask) /* a mark also applies after the return, so
					the jump cannot return */
			write_rest(
				walk,
				walk_frame(walk, rule->target_chain, 0, after),
				one, mark);
		else
			write_jump(walk,
				   walk_block(walk, BLOCK_CHAIN,
					      walk_frame(walk,
							 rule->target_chain, 0,
							 target->needs_rest
								 ? after
								 : NULL),
					      mark),
				   one);
		break;
	case IMPORT_GOTO:
		write_rest(
			walk,
			walk_frame(walk, rule->target_chain, 0, frame->parent),
			one, mark);
		break;
	case IMPORT_RETURN:
		write_rest(walk, frame->parent, one, mark);
		break;
	}
}

/* --- the rules of a chain */

/*
 * Evaluates conditions on bits of the mark that were set before. Returns false
 * if the case never holds.
 */
static bool apply_mark(struct walk *walk, struct import_case *one)
{
	size_t count = 0;

	for (size_t i = 0; i < one->count; i++) {
		struct policy_condition condition = one->conditions[i];

		if (condition.field == POLICY_MARK) {
			uint32_t value = condition.ranges[0].first.lo;
			uint32_t known = condition.mask & walk->mark.mask;

			if ((value ^ walk->mark.value) & known) {
				if (!condition.negated)
					return false;
				continue;
			}
			if (known == condition.mask && condition.negated)
				return false;
			if (known == condition.mask)
				continue;
			condition = import_bits(
				walk->import, POLICY_MARK, condition.negated,
				condition.mask & ~known, value & ~known);
		}
		one->conditions[count++] = condition;
	}
	one->count = count;
	return true;
}

static bool prepare_case(struct walk *walk, const struct import_case *from,
			 struct import_case *one)
{
	struct import *import = walk->import;
	size_t size = from->count * sizeof(*from->conditions);

	one->count = from->count;
	one->conditions = arena_alloc(&import->arena, size);
	if (size)
		memcpy(one->conditions, from->conditions, size);
	return apply_mark(walk, one) && import_case_simplify(import, one);
}

static void write_comment(struct walk *walk, struct import_rule *rule)
{
	if (rule->comment && *rule->comment)
		walk_add_comment(walk, rule->comment);
	if (rule->left_out && !rule->problem)
		walk_add_comment(walk,
				 arena_format(&walk->import->arena,
					      "left out: %s", rule->left_out));
}

static void write_remark(struct walk *walk, const char *what,
			 const struct import_rule *rule)
{
	walk_add_comment(walk,
			 arena_format(&walk->import->arena, "%s: %s", what,
				      import_source(walk->import, rule)));
}

/*
 * True if the rule needs no policy rule, as all packets continue with the next
 * one.
 */
static bool falls_through(struct walk *walk, const struct frame *frame,
			  const struct import_rule *rule)
{
	bool is_rest = walk->now->is.kind == BLOCK_REST;

	if (rule->action == IMPORT_RETURN)
		return !rule->mark.mask && (!is_rest || frame->parent);
	if (rule->action != IMPORT_NONE || !is_rest)
		return false;
	walk->mark = combine_marks(walk->mark, rule->mark);
	return true;
}

/*
 * Writes a return or a goto in a block that returns to its caller: a jump to
 * the goto's target, and, for packets that do not match, a jump to the rest of
 * the chain.
 */
static void write_leaving(struct walk *walk, const struct frame *frame,
			  const struct import_rule *rule)
{
	struct import *import = walk->import;
	size_t index = frame->index + 1;
	struct import_rule others;
	struct import_case one;
	const struct frame *to;

	for (size_t i = 0; rule->action == IMPORT_GOTO && i < rule->case_count;
	     i++) {
		to = walk_frame(walk, rule->target_chain, 0,
				import->chains[rule->target_chain].needs_rest
					? frame->parent
					: NULL);
		if (prepare_case(walk, &rule->cases[i], &one))
			write_jump(
				walk,
				walk_block(walk, BLOCK_CHAIN, to, walk->mark),
				&one);
	}
	if (index == import->chains[frame->chain].count)
		return;
	walk_negate(import, rule, &others);
	to = walk_frame(walk, frame->chain, index, frame->parent);
	for (size_t i = 0; i < others.case_count; i++) {
		if (prepare_case(walk, &others.cases[i], &one))
			write_jump(
				walk,
				walk_block(walk, BLOCK_CHAIN, to, walk->mark),
				&one);
	}
}

/* Returns true if no packet reaches the next rule. */
static bool write_rule(struct walk *walk, const struct frame *frame,
		       struct import_rule *rule)
{
	bool always = false, never = true;

	write_comment(walk, rule);
	if (rule->elsewhere)
		write_remark(walk, "for another device", rule);
	else if (rule->closed && rule->action == IMPORT_DROP)
		write_remark(walk, "closed, as this is not translated", rule);
	else if (rule->problem)
		write_remark(walk, "not translated", rule);
	if (!import_is_translated(rule))
		return false;
	if (rule->action == IMPORT_NONE && !rule->mark.mask) {
		write_remark(walk, "does nothing", rule);
		return false;
	}
	if (walk->now->is.kind == BLOCK_CHAIN &&
	    walk_leaves_simply(walk->import, rule)) {
		write_leaving(walk, frame, rule);
		return true;
	}
	for (size_t i = 0; i < rule->case_count && !always; i++) {
		struct import_case one;

		if (!prepare_case(walk, &rule->cases[i], &one))
			continue;
		never = false;
		always = !one.count && !rule->unless_count;
		if (always && falls_through(walk, frame, rule))
			return rule->action == IMPORT_RETURN;
		if (rule->unless_count)
			write_jump(walk,
				   walk_block(walk, BLOCK_UNLESS,
					      walk_frame(walk, frame->chain,
							 frame->index,
							 frame->parent),
					      walk->mark),
				   &one);
		else
			write_action(walk, frame, rule, &one);
	}
	if (never && !walk->mark.mask)
		write_remark(walk, "never matches", rule);
	return always && (rule->action != IMPORT_JUMP || rule->mark.mask);
}

/* Returns true if no packet reaches the end of the chain. */
static bool write_chain(struct walk *walk, const struct frame *from, bool *back)
{
	struct import_chain *chain = &walk->import->chains[from->chain];

	*back = true;
	for (size_t i = from->index; i < chain->count; i++) {
		const struct frame *frame =
			walk_frame(walk, from->chain, i, from->parent);
		struct import_rule *rule = &chain->rules[i];

		if (walk_is_full(walk))
			return true;
		if (!write_rule(walk, frame, rule))
			continue;
		*back = rule->action == IMPORT_RETURN && !rule->mark.mask;
		/* the following rules are reachable in another block */
		if ((rule->mark.mask && !*back) || walk->mark.mask ||
		    walk_leaves_simply(walk->import, rule))
			return true;
		for (i++; i < chain->count; i++)
			write_remark(walk, "never reached", &chain->rules[i]);
		return true;
	}
	return false;
}

void walk_write_block(struct walk *walk, struct block *block)
{
	const struct frame *frame = block->is.frame;
	const struct import_case always = { 0 };
	struct import_case one;
	struct import_rule *rule;
	bool back = true;

	switch (block->is.kind) {
	case BLOCK_CHAIN:
		write_chain(walk, frame, &back);
		break;
	case BLOCK_REST:
		for (; frame && back; frame = frame->parent) {
			if (write_chain(walk, frame, &back) && !frame->parent)
				return;
		}
		if (back && (block->list.name || walk->mark.mask))
			write_verdict(walk, NULL, &always, walk->mark);
		break;
	case BLOCK_UNLESS:
		rule = &walk->import->chains[frame->chain].rules[frame->index];
		for (size_t i = 0; i < rule->unless_count; i++) {
			if (prepare_case(walk, &rule->unless[i], &one))
				write_rest(walk,
					   walk_frame(walk, frame->chain,
						      frame->index + 1,
						      frame->parent),
					   &one, walk->mark);
		}
		write_action(walk, frame, rule, &always);
		break;
	}
}
