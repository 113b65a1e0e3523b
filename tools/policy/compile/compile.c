// SPDX-License-Identifier: GPL-2.0-only
#include "compile.h"

#include <errno.h>
#include <stdlib.h>

#include "packet_ends.h"
#include "policy/compile/model/acts.h"
#include "policy/compile/emit/dump.h"
#include "policy/compile/emit/engine.h"
#include "policy/compile/model/family.h"
#include "policy/compile/model/flatten.h"
#include "policy/compile/model/flows.h"
#include "policy/compile/model/limits.h"

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
	struct limit_records limits;
	uint32_t *outcomes;  /* indexed by rule number; 0 is the default */
	uint32_t *rule_acts; /* likewise, and of what is over a limit */
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

static int find_act(struct compilation *compilation,
		    const struct policy_rule *rule)
{
	const char *device;
	int act = acts_add_rule(&compilation->acts, rule, &device);

	if (act == -ENODEV)
		report_error(compilation->diagnostics, rule->place,
			     "there is no device '%s' here", device);
	if (act == -E2BIG)
		report_error(compilation->diagnostics, rule->place,
			     "rules change sets in too many different ways");
	return act;
}

static int add_outcome(struct compilation *compilation,
		       const struct policy_rule *rule, uint32_t number)
{
	int act;

	if (rule->action == POLICY_JUMP || rule->limit)
		return 0;
	act = find_act(compilation, rule);
	if (act >= 0)
		set_outcome(compilation, number, act);
	return act < 0 ? act : 0;
}

/*
 * A limited rule's act asks the limit, which has two outcomes: the rule with
 * its own act, and what is over, which is counted after all rules.
 */
static int add_limit(struct compilation *compilation,
		     const struct policy_rule *rule, uint32_t number)
{
	struct limit_records *limits = &compilation->limits;
	uint32_t over = compilation->compiled->rule_count + 1 + limits->count;
	int record, acts[TG_LIMIT_VERDICTS], act;

	if (!rule->limit)
		return 0;
	record = limits_add(limits, compilation->policy, rule);
	if (record == -E2BIG)
		report_error(compilation->diagnostics, rule->place,
			     "a policy has %d rules with limits at most",
			     TG_LIMITS);
	if (record < 0)
		return record;
	acts[TG_LIMIT_WITHIN] = find_act(compilation, rule);
	acts[TG_LIMIT_OVER] = find_act(compilation, &rule->limit->over);
	act = acts_add_limit(&compilation->acts, record);
	if (acts[0] < 0 || acts[1] < 0 || act < 0)
		return acts[0] < 0 ? acts[0] : acts[1] < 0 ? acts[1] : act;
	set_outcome(compilation, number, acts[TG_LIMIT_WITHIN]);
	set_outcome(compilation, over, acts[TG_LIMIT_OVER]);
	limits->list[record].outcomes[TG_LIMIT_WITHIN] =
		compilation->outcomes[number];
	limits->list[record].outcomes[TG_LIMIT_OVER] =
		compilation->outcomes[over];
	set_outcome(compilation, number, act);
	return 0;
}

typedef int add_rule(struct compilation *compilation,
		     const struct policy_rule *rule, uint32_t number);

/* Reports the errors of all rules. */
static int for_each_rule(struct compilation *compilation, add_rule *add)
{
	const struct policy *policy = compilation->policy;
	uint32_t number = 1;
	int result = 0;

	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++, number++) {
			int err = add(compilation, &block->rules[j], number);

			if (err)
				result = err;
		}
	}
	return result;
}

/*
 * The acts of limited rules come first: their numbers fit into outcomes, as
 * ->rule_acts has one act for each rule.
 */
static int add_outcomes(struct compilation *compilation)
{
	const struct policy *policy = compilation->policy;
	size_t count = (size_t)compilation->compiled->rule_count + 1 +
		       policy_limit_count(policy);
	int result = acts_add_default(&compilation->acts, policy), err;

	compilation->outcomes = calloc(count, sizeof(*compilation->outcomes));
	compilation->rule_acts = calloc(count, sizeof(*compilation->rule_acts));
	if (result < 0 || !compilation->outcomes || !compilation->rule_acts)
		return -ENOMEM;
	set_outcome(compilation, 0, result);
	result = for_each_rule(compilation, add_limit);
	err = for_each_rule(compilation, add_outcome);
	return err ? err : result;
}

/* Malformed packets have no fields, so only unconditional rules apply. */
static const struct flat_rule *
rule_for_malformed(const struct flat_policy *flat)
{
	for (size_t i = 0; i < flat->count; i++) {
		const struct flat_rule *rule = &flat->rules[i];
		bool asks = rule->rule->condition_count;

		for (const struct flat_jump *jump = rule->jump; jump;
		     jump = jump->outer)
			asks |= jump->rule->condition_count != 0;
		if (!asks)
			return rule;
	}
	return NULL;
}

/* They are not counted by a limit, but taken to be over it. */
static uint32_t outcome_for_malformed(const struct compilation *compilation)
{
	const struct flat_rule *rule = rule_for_malformed(&compilation->flat);
	uint32_t outcome = compilation->outcomes[rule ? rule->number : 0];
	const struct tg_act *act;

	if (!rule || !rule->rule->limit)
		return outcome;
	act = &compilation->acts.list[TG_OUTCOME_ACT(outcome)];
	return compilation->limits.list[act->limit].outcomes[TG_LIMIT_OVER];
}

static void append_limits(struct compilation *compilation)
{
	struct compiled *compiled = compilation->compiled;
	const struct limit_records *records = &compilation->limits;

	limits_describe(&compiled->limits, records, compiled->rule_count);
	if (records->count)
		compiled->limits.records =
			blob_append(&compiled->tables, records->list,
				    records->count * sizeof(*records->list), 8);
	if (compilation->acts.used & TG_USES_KIND(TG_ACT_REJECT))
		limit_replies(&compiled->constants, compilation->policy);
	if (compilation->acts.used & TG_ACT_LOG)
		limit_logs(&compiled->constants, compilation->policy);
}

static uint32_t parts_for_sets(const struct tg_policy_sets *sets,
			       enum tg_side side)
{
	const uint32_t *asked = sets->asked[side];
	uint32_t parts = 0;

	if (asked[TG_SET_ADDRESSES] | asked[TG_SET_ADDRESS_PORTS])
		parts |= TG_END_ADDRESS | TG_END_SETS;
	if (asked[TG_SET_MACS])
		parts |= TG_END_MAC | TG_END_SETS;
	if (asked[TG_SET_PORTS] | asked[TG_SET_ADDRESS_PORTS])
		parts |= TG_END_PORT | TG_END_SETS;
	return parts;
}

/*
 * If rules change sets, the program reads all of an end: only the tables say
 * which values it adds, and later the packet is another.
 */
static uint32_t end_parts(const struct compilation *compilation,
			  enum tg_side side)
{
	const struct compiled *compiled = compilation->compiled;
	uint32_t parts = compilation->limits.parts[side] |
			 parts_for_sets(&compiled->sets, side);

	if (compiled->flows.is_used)
		parts |= TG_END_ADDRESS | TG_END_PORT;
	if (compiled->constants.used & TG_ACT_CHANGE_SETS)
		parts |= TG_END_ALL;
	return parts;
}

static void set_constants(struct compilation *compilation)
{
	struct compiled *compiled = compilation->compiled;
	struct tg_policy *constants = &compiled->constants;
	const struct acts *acts = &compilation->acts;

	constants->version = TG_POLICY_VERSION;
	constants->used = acts->used;
	constants->acts = blob_append(&compiled->tables, acts->list,
				      acts->count * sizeof(*acts->list), 8);
	if (acts->count > TG_ACT_OF_RULE)
		constants->rule_acts =
			blob_append(&compiled->tables, compilation->rule_acts,
				    ((size_t)compiled->rule_count + 1 +
				     compilation->limits.count) *
					    sizeof(*compilation->rule_acts),
				    sizeof(*compilation->rule_acts));
	if (acts->set_changes.count)
		constants->set_changes = blob_append(
			&compiled->tables, acts->set_changes.list,
			acts->set_changes.count * sizeof(struct tg_set_change),
			4);
	append_limits(compilation);
	constants->malformed = outcome_for_malformed(compilation);
	for (int side = 0; side < TG_SIDES; side++)
		constants->ends[side] = end_parts(compilation, side);
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
	if (!err && compilation->options->dump) {
		dump_flows(compilation->options->dump, &compiled->flows);
		dump_limits(compilation->options->dump, compiled);
	}
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
