// SPDX-License-Identifier: GPL-2.0-only
/* Prints the imported policy: head, lists and the blocks of the walk. */
#include <errno.h>

#include "walk.h"
#include "policy/language/print/print.h"

static const struct import_mark no_mark;

static const char *head_of(struct import *import)
{
	const char *lost = import_loss_summary(import);
	const char *head = import_comment(import, import->origin);

	if (import->device)
		head = arena_format(&import->arena, "%s\nFor the device %s.",
				    head,
				    import_comment(import, import->device));
	if (import->asks_flows && !import->sends)
		head = arena_format(&import->arena,
				    "%s\nAt egress, 'default pass keep' keeps "
				    "the flows that this machine begins.",
				    head);
	return lost ? arena_format(&import->arena, "%s\n%s", head, lost) : head;
}

/* Writes the rule that passes packets which the original chain does not see. */
static void write_unseen(struct walk *walk)
{
	struct import *import = walk->import;
	const struct policy_rule pass = { .action = POLICY_PASS };
	struct policy_condition other;
	struct import_case one = { &other, 1 };
	struct ranges seen = import_set(import);

	if (!import->ethertypes[0])
		return;
	for (int i = 0; i < 2 && import->ethertypes[i]; i++) {
		struct policy_value value = { .lo = import->ethertypes[i] };

		ranges_add(&seen, (struct policy_range){ value, value });
	}
	ranges_sort(&seen);
	other = import_condition(POLICY_ETHERTYPE, true, &seen);
	walk_add_comment(walk, "The chain sees nothing else.");
	walk_add_rule(walk, &pass, &one);
	walk->now->list.rules[0].ends_paragraph = true;
}

/* Writing a block may append further blocks. */
static int write_blocks(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++) {
		walk->now = walk->list[i];
		walk->mark = walk->now->is.mark;
		if (!i)
			write_unseen(walk);
		walk_write_block(walk, walk->now);
		walk->now->list.comment = walk_take_comments(walk->now);
		if (walk_check_size(walk))
			return -E2BIG;
	}
	return walk_check_depth(walk);
}

/* Each rule of a policy counts for itself. */
static int check_limits(struct import *import)
{
	int err = 0;

	for (size_t i = 0; i < import->chain_count; i++) {
		for (size_t j = 0; j < import->chains[i].count; j++) {
			const struct import_rule *rule =
				&import->chains[i].rules[j];

			if (!rule->limit || rule->limit->written < 2)
				continue;
			import_message(import, rule,
				       "its limit would be that of %zu rules, "
				       "as returns and marks need copies of "
				       "the rule",
				       rule->limit->written);
			err = -ENOTSUP;
		}
	}
	return err;
}

static void print_policy(struct walk *walk, FILE *out)
{
	struct import *import = walk->import;
	struct policy policy = {
		.comment = head_of(import),
		.lists = import->lists,
		.list_count = import->list_count,
		.sets = import->sets,
		.set_count = import->set_count,
		.default_action = import->drops ? POLICY_DROP : POLICY_PASS,
		.default_keep = import->drops || !import->asks_flows
					? POLICY_KEEP_NOT
					: POLICY_KEEP,
		.default_place.line = 1,
		.block_count = walk->count,
	};

	policy.blocks = arena_alloc(&import->arena,
				    walk->count * sizeof(*policy.blocks));
	for (size_t i = 0; i < walk->count; i++)
		policy.blocks[i] = walk->list[i]->list;
	policy_print(out, &policy);
}

int import_walk(struct import *import, FILE *out)
{
	struct walk walk = { .import = import };
	int err = walk_check_chains(import);

	if (err)
		return err;
	walk_block(&walk, BLOCK_REST, walk_frame(&walk, import->base, 0, NULL),
		   no_mark);
	err = write_blocks(&walk);
	if (!err)
		err = check_limits(import);
	if (!err)
		print_policy(&walk, out);
	walk_free(&walk);
	return err;
}
