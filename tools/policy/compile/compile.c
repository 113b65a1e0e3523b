// SPDX-License-Identifier: GPL-2.0-only
#include "compile.h"

#include <errno.h>
#include <stdlib.h>

#include "policy/compile/model/acts.h"
#include "policy/compile/emit/dump.h"
#include "policy/compile/emit/engine.h"
#include "policy/compile/model/family.h"
#include "policy/compile/model/flatten.h"
#include "policy/compile/model/flows.h"

/* Limit for all tables, in bytes. */
#define TABLES_MAX ((size_t)256 << 20)

struct compilation {
	const struct policy *policy;
	const struct compile_options *options;
	struct compiled *compiled;
	struct diagnostics *diagnostics;
	struct flat_policy flat;
	struct marks marks;
	struct acts acts;
	uint32_t *outcomes;  /* indexed by rule number; 0 is the default */
	uint32_t *rule_acts; /* likewise */
};

static int too_large(struct compilation *compilation)
{
	struct policy_place whole = { 0 };

	report_error(compilation->diagnostics, whole,
		     "the tables would become too large, or take too long");
	report_hint(compilation->diagnostics,
		    "fewer rules that each ask about several fields in "
		    "overlapping ranges make them smaller");
	return -E2BIG;
}

/* --- outcomes of rules */

static void set_outcome(struct compilation *compilation, uint32_t number,
			int act)
{
	int in_outcome = act < TG_ACT_OF_RULE ? act : TG_ACT_OF_RULE;

	compilation->rule_acts[number] = act;
	compilation->outcomes[number] = TG_OUTCOME(
		number, in_outcome, compilation->acts.list[act].kind);
}

static int add_outcome(struct compilation *compilation,
		       const struct policy_rule *rule, uint32_t number)
{
	const char *device;
	int act = acts_add_rule(&compilation->acts, rule, &device);

	if (act == -ENODEV)
		report_error(compilation->diagnostics, rule->place,
			     "there is no device '%s' here", device);
	if (act == -E2BIG)
		report_error(compilation->diagnostics, rule->place,
			     "rules change sets in too many different ways");
	if (act >= 0)
		set_outcome(compilation, number, act);
	return act < 0 ? act : 0;
}

static int add_outcomes(struct compilation *compilation)
{
	const struct policy *policy = compilation->policy;
	size_t count = (size_t)compilation->compiled->rule_count + 1;
	uint32_t number = 1;
	int result = acts_add_default(&compilation->acts, policy);

	compilation->outcomes = calloc(count, sizeof(*compilation->outcomes));
	compilation->rule_acts = calloc(count, sizeof(*compilation->rule_acts));
	if (result < 0 || !compilation->outcomes || !compilation->rule_acts)
		return -ENOMEM;
	set_outcome(compilation, 0, result);
	result = 0;
	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++, number++) {
			int err = 0;

			if (block->rules[j].action != POLICY_JUMP)
				err = add_outcome(compilation, &block->rules[j],
						  number);
			if (err)
				result = err;
		}
	}
	return result;
}

/* Malformed packets have no fields, so only unconditional rules apply. */
static uint32_t number_for_malformed(const struct flat_policy *flat)
{
	for (size_t i = 0; i < flat->count; i++) {
		const struct flat_rule *rule = &flat->rules[i];
		bool asks = rule->rule->condition_count;

		for (const struct flat_jump *jump = rule->jump; jump;
		     jump = jump->outer)
			asks |= jump->rule->condition_count != 0;
		if (!asks)
			return rule->number;
	}
	return 0;
}

static void set_constants(struct compilation *compilation)
{
	struct compiled *compiled = compilation->compiled;
	struct tg_policy *constants = &compiled->constants;
	const struct acts *acts = &compilation->acts;
	uint32_t number = number_for_malformed(&compilation->flat);

	constants->version = TG_POLICY_VERSION;
	constants->used = acts->used;
	constants->acts = blob_append(&compiled->tables, acts->list,
				      acts->count * sizeof(*acts->list), 8);
	if (acts->count > TG_ACT_OF_RULE)
		constants->rule_acts =
			blob_append(&compiled->tables, compilation->rule_acts,
				    ((size_t)compiled->rule_count + 1) *
					    sizeof(*compilation->rule_acts),
				    sizeof(*compilation->rule_acts));
	if (acts->set_changes.count)
		constants->set_changes = blob_append(
			&compiled->tables, acts->set_changes.list,
			acts->set_changes.count * sizeof(struct tg_set_change),
			4);
	constants->malformed = compilation->outcomes[number];
	for (size_t i = 0; i < compilation->marks.count; i++)
		constants->mark_mask[i] = compilation->marks.masks[i];
}

/* --- families */

static int build_family(struct compilation *compilation,
			enum tg_policy_family_id id)
{
	struct compiled *compiled = compilation->compiled;
	struct family family;
	int err = family_collect(&family, id, &compilation->flat,
				 &compilation->marks);

	family.outcomes = compilation->outcomes;
	family.outcome_count = compilation->compiled->rule_count + 1;
	if (!err)
		flows_decide(&compiled->flows, &family);
	if (!err)
		err = engine_build(&compiled->tables, &family,
				   compilation->options,
				   &compiled->constants.family[id]);
	if (!err && compilation->options->dump)
		dump_family(compilation->options->dump, compiled, &family);
	family_free(&family);
	return err == -E2BIG ? too_large(compilation) : err;
}

static int build(struct compilation *compilation)
{
	struct compiled *compiled = compilation->compiled;
	int err = flatten(compilation->policy, &compilation->flat);

	if (err)
		return err;
	compiled->rule_count = compilation->flat.rule_count;
	sets_describe(&compiled->sets, compilation->policy);
	flows_describe(&compiled->flows, compilation->policy);
	err = marks_collect(&compilation->marks, &compilation->flat);
	if (err == -E2BIG) {
		report_error(compilation->diagnostics,
			     (struct policy_place){ 0 },
			     "marks are asked for with more than %d different "
			     "masks",
			     TG_MARKS);
		return err;
	}
	err = add_outcomes(compilation);
	if (err)
		return err;
	set_constants(compilation);
	if (compilation->options->dump && !compiled->tables.is_full)
		dump_policy(compilation->options->dump, compilation->policy,
			    compiled, compilation->acts.count);
	for (int id = 0; id < TG_FAMILIES && !err; id++)
		err = build_family(compilation, id);
	if (!err && compilation->options->dump)
		dump_flows(compilation->options->dump, &compiled->flows);
	if (!err && compiled->tables.is_full)
		err = too_large(compilation);
	compiled->constants.size = compiled->tables.size;
	return err;
}

int policy_compile(const struct policy *policy,
		   const struct compile_options *options,
		   struct compiled *compiled, struct diagnostics *diagnostics)
{
	struct compilation compilation = { .policy = policy,
					   .options = options,
					   .compiled = compiled,
					   .diagnostics = diagnostics };
	int err;

	*compiled = (struct compiled){ 0 };
	blob_init(&compiled->tables, TABLES_MAX);
	err = build(&compilation);
	flat_free(&compilation.flat);
	acts_free(&compilation.acts);
	free(compilation.outcomes);
	free(compilation.rule_acts);
	return err;
}

void compiled_free(struct compiled *compiled)
{
	blob_free(&compiled->tables);
}
