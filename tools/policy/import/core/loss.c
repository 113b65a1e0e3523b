// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decides how a rule is handled that cannot be translated completely. Omitting
 * an accept lets in less, omitting a drop lets in more. The cases of a rule
 * with a problem match at least the packets of the original rule, so if
 * omitting it would let in more, it becomes a drop of all of them.
 */
#include "walk.h"
#include "policy/language/limits.h"

/* Possible outcomes of a rule or a chain. */
enum { KNOWN = 1, PASSES = 2, DROPS = 4, OPEN = 8 };
#define EITHER (PASSES | DROPS)

struct losses {
	struct import *import;
	size_t *queue; /* reachable chains */
	size_t count;
};

static int chain_outcomes(struct import *import, size_t index,
			  unsigned int depth);

static int rule_outcomes(struct import *import, const struct import_rule *rule,
			 unsigned int depth)
{
	bool is_sure = !rule->problem;

	if (rule->elsewhere)
		return 0;
	if (rule->unknown || (!is_sure && rule->mark.mask))
		return EITHER;
	switch (rule->action) {
	case IMPORT_NONE:
		return 0;
	case IMPORT_PASS:
		return PASSES;
	case IMPORT_DROP:
	case IMPORT_REJECT:
		return DROPS;
	case IMPORT_JUMP:
		return chain_outcomes(import, rule->target_chain, depth + 1);
	case IMPORT_GOTO:
		return is_sure ? chain_outcomes(import, rule->target_chain,
						depth + 1)
			       : EITHER;
	case IMPORT_RETURN:
		return is_sure ? 0 : EITHER;
	}
	return EITHER;
}

/* Loops and too deep nesting are rejected later by import_walk(). */
static int chain_outcomes(struct import *import, size_t index,
			  unsigned int depth)
{
	struct import_chain *chain = &import->chains[index];
	int outcomes = KNOWN;

	if (chain->outcomes & KNOWN)
		return chain->outcomes & EITHER;
	if (chain->outcomes & OPEN || depth > POLICY_JUMPS_MAX)
		return EITHER;
	chain->outcomes = OPEN;
	for (size_t i = 0; i < chain->count; i++)
		outcomes |= rule_outcomes(import, &chain->rules[i], depth);
	chain->outcomes = outcomes;
	return outcomes & EITHER;
}

/* The effect if these outcomes happen to more packets, or to fewer. */
static unsigned int effect_of(int outcomes, bool wider)
{
	return (outcomes & PASSES ? (wider ? IMPORT_MORE : IMPORT_LESS) : 0) |
	       (outcomes & DROPS ? (wider ? IMPORT_LESS : IMPORT_MORE) : 0);
}

/* rest: outcomes for packets that the rule does not match. */
static unsigned int rule_effect(struct import *import,
				const struct import_rule *rule, bool is_base,
				int rest, bool wider)
{
	int outcomes = rule_outcomes(import, rule, 0);
	unsigned int effect = effect_of(outcomes, wider);

	if (rule->unknown || rule->mark.mask)
		return IMPORT_MORE | IMPORT_LESS;
	if (rule->action != IMPORT_RETURN && rule->action != IMPORT_GOTO)
		return effect;
	if (rule->action == IMPORT_RETURN)
		effect = 0;
	/*
	 * unmatched packets continue with the rest; in the base chain, matched
	 * ones get its policy
	 */
	if (is_base)
		return effect |
		       effect_of(import->drops ? DROPS : PASSES, wider);
	return effect | effect_of(rest, !wider);
}

static void close_rule(struct import *import, struct import_rule *rule)
{
	if (rule->narrower)
		import_rule_init(import, rule);
	rule->closed = true;
	rule->unknown = false;
	rule->action = IMPORT_DROP;
	rule->mark = (struct import_mark){ 0 };
	rule->change_count = 0;
	rule->limit = NULL;
	rule->logs = false;
	rule->target = NULL;
	rule->effect = IMPORT_LESS;
}

static void settle_rule(struct import *import, struct import_rule *rule,
			bool is_base, int rest)
{
	unsigned int fewer = rule_effect(import, rule, is_base, rest, false);
	unsigned int more = rule_effect(import, rule, is_base, rest, true);

	if (rule->elsewhere)
		return;
	if (!rule->problem)
		rule->effect =
			(rule->wider ? more : 0) | (rule->narrower ? fewer : 0);
	else if (!(fewer & IMPORT_MORE))
		rule->effect = fewer;
	else if (rule->action == IMPORT_JUMP && !rule->narrower &&
		 !(more & IMPORT_MORE))
		rule->effect = more, rule->closed = true;
	else
		close_rule(import, rule);
	/* a set that does not change makes other rules match, or not */
	if (rule->problem && rule->changes_sets)
		rule->effect = IMPORT_MORE | IMPORT_LESS;
}

static const char *effect_text(unsigned int effect)
{
	static const char *const texts[] = {
		"changes no verdict",
		"lets in MORE",
		"lets in LESS",
		"lets in MORE and LESS",
	};

	return texts[effect];
}

static void report_loss(struct import *import, const struct import_rule *rule)
{
	const char *effect = effect_text(rule->effect);

	if (rule->elsewhere)
		import_message(import, rule,
			       "left out: it is not for device '%s'",
			       import->device);
	else if (rule->problem && rule->closed)
		import_message(import, rule,
			       "not translated: %s; %s all that its other "
			       "conditions match: %s",
			       rule->problem,
			       rule->action == IMPORT_DROP ? "drops" : "takes",
			       effect);
	else if (rule->problem)
		import_message(import, rule, "not translated: %s: %s",
			       rule->problem, effect);
	else if (rule->left_out)
		import_message(import, rule, "translated without %s: %s",
			       rule->left_out, effect);
}

static void queue_chain(struct losses *losses, size_t index)
{
	struct import_chain *chain = &losses->import->chains[index];

	if (!chain->is_queued)
		losses->queue[losses->count++] = index;
	chain->is_queued = true;
}

static void settle_chain(struct losses *losses, size_t index)
{
	struct import *import = losses->import;
	struct import_chain *chain = &import->chains[index];
	int rest = 0;

	for (size_t i = chain->count; i-- > 0;) {
		struct import_rule *rule = &chain->rules[i];
		int outcomes = rule_outcomes(import, rule, 0);

		settle_rule(import, rule, index == import->base, rest);
		rest |= outcomes;
	}
	for (size_t i = 0; i < chain->count; i++) {
		const struct import_rule *rule = &chain->rules[i];

		report_loss(import, rule);
		import->rules++;
		import->lost += rule->effect != 0;
		import->effect |= rule->effect;
		if (import_is_translated(rule) && rule->target)
			queue_chain(losses, rule->target_chain);
	}
}

bool import_is_translated(const struct import_rule *rule)
{
	return !rule->elsewhere && (!rule->problem || rule->closed);
}

/* Connections are tracked if a rule of any chain asks for their state. */
static bool asks_flows(const struct import *import)
{
	for (size_t i = 0; i < import->chain_count; i++) {
		const struct import_chain *chain = &import->chains[i];

		for (size_t j = 0; j < chain->count; j++) {
			if (import_has_field(&chain->rules[j], POLICY_FLOW))
				return true;
		}
	}
	return false;
}

void import_settle_losses(struct import *import)
{
	struct losses losses = { .import = import };

	losses.queue = arena_alloc(&import->arena,
				   import->chain_count * sizeof(*losses.queue));
	import->asks_flows = asks_flows(import);
	/* before rules are changed: the original outcomes are needed */
	for (size_t i = 0; i < import->chain_count; i++)
		chain_outcomes(import, i, 0);
	queue_chain(&losses, import->base);
	for (size_t i = 0; i < losses.count; i++)
		settle_chain(&losses, losses.queue[i]);
}

const char *import_loss_summary(struct import *import)
{
	if (!import->lost)
		return NULL;
	return arena_format(&import->arena, "%zu of %zu rule%s lost: %s",
			    import->lost, import->rules,
			    import->rules == 1 ? "" : "s",
			    effect_text(import->effect));
}
