// SPDX-License-Identifier: GPL-2.0-only
/* The imported policy: its head, its lists, and the blocks of the walk. */
#include <errno.h>

#include "walk.h"

static const struct import_mark no_mark;

static void print_head(struct import *import, FILE *out)
{
	const char *lost = import_loss_summary(import);

	import_print_comment(out, "", import->origin);
	if (import->device)
		import_print_comment(out, "",
				     arena_format(&import->arena,
						  "For the device %s.",
						  import->device));
	if (lost)
		import_print_comment(out, "", lost);
	for (size_t i = 0; i < import->list_count; i++) {
		const struct import_list *list = &import->lists[i];

		fprintf(out, "%slist %s = ", i ? "" : "\n", list->name);
		import_print_set(out, list->field, false, &list->set);
		fputc('\n', out);
	}
	fprintf(out, "\ndefault %s\n\n", import->drops ? "drop" : "pass");
	if (import->ethertypes[0]) {
		struct import_condition other = {
			.field = POLICY_ETHERTYPE,
			.negated = true,
		};
		struct policy_range ranges[2];
		struct import_case one = { &other, 1 };

		for (int i = 0; i < 2 && import->ethertypes[i]; i++) {
			ranges[i].first = (struct policy_value){
				.lo = import->ethertypes[i],
			};
			ranges[i].last = ranges[i].first;
			other.set.count++;
		}
		other.set.ranges = ranges;
		fputs("# The chain sees nothing else.\npass", out);
		import_print_conditions(out, &one);
		fputs("\n\n", out);
	}
}

static void print_blocks(const struct walk *walk, FILE *out)
{
	for (struct block *block = walk->first; block; block = block->next) {
		if (block->name)
			fprintf(out, "\nsublist %s {\n", block->name);
		fwrite(block->text, 1, block->size, out);
		if (block->name)
			fputs("}\n", out);
	}
}

static int write_blocks(struct walk *walk)
{
	for (struct block *block = walk->first; block; block = block->next) {
		walk->out = open_memstream(&block->text, &block->size);
		if (!walk->out)
			return -ENOMEM;
		walk->now = block;
		walk->mark = block->is.mark;
		walk->indent = block->name ? "\t" : "";
		walk_write_block(walk, block);
		if (fclose(walk->out))
			return -ENOMEM;
		if (walk->rules > IMPORT_RULES_MAX) {
			import_error(walk->import, 0, 0,
				     "more than %d rules would be needed",
				     IMPORT_RULES_MAX);
			return -E2BIG;
		}
	}
	return walk_check_depth(walk);
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
	if (!err) {
		print_head(import, out);
		print_blocks(&walk, out);
	}
	walk_free(&walk);
	return err;
}
