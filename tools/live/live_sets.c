// SPDX-License-Identifier: GPL-2.0-only
#include "live_sets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json_print.h"
#include "policy/explain/explain_changes.h"
#include "policy/explain/explain_flows.h"
#include "policy/explain/explain_sets.h"
#include "policy/explain/stored_rule.h"

/* A walk through prefixes that are changed meanwhile may fail. */
#define TRIES 8

struct live_rule {
	struct policy policy;
	const struct policy_rule *rule; /* NULL: its text was cut */
};

/* --- entries */

/* An empty place, or a table of another version: programs find nothing. */
static struct set_membership find_in_table(void *context,
					   const struct policy_set *set,
					   const struct tg_set_key *key)
{
	struct live_sets *sets = context;
	struct set_table *table = &sets->map.now;
	struct set_membership found = { 0 };

	for (int i = 0; i < TRIES && set_map_look(&sets->map) == 0; i++) {
		table->trie.is_damaged = false;
		found = set_table_find(table,
				       sets->of_policy.sets[set->number].number,
				       key, tg_set_now());
		if (!table->trie.is_damaged)
			break;
	}
	return found;
}

/* --- rules */

/* The declarations, and the rule. NULL: out of memory. */
static char *text_of_rule(const struct live_sets *sets, uint32_t number)
{
	const struct rule_lines *texts = sets->texts;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (uint32_t i = 0; i < texts->set_count; i++)
		fprintf(out, "%s\n", texts->sets[i]);
	fprintf(out, "%s\n", texts->lines[number].rule);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static void parse_rule(const struct live_sets *sets, uint32_t number,
		       struct live_rule *parsed)
{
	char *text = text_of_rule(sets, number);

	if (text)
		parsed->rule =
			stored_rule_read(&parsed->policy, text, strlen(text));
	free(text);
}

/* NULL if the rule is not known, since its text was cut. */
static const struct policy_rule *rule_of(struct live_sets *sets,
					 uint32_t number)
{
	struct live_rule *parsed;

	if (number >= sets->texts->count)
		return NULL;
	if (!sets->rules[number]) {
		parsed = calloc(1, sizeof(*parsed));
		if (!parsed)
			return NULL;
		parse_rule(sets, number, parsed);
		sets->rules[number] = parsed;
	}
	return sets->rules[number]->rule;
}

/* --- answers */

static struct asking_rule asking_rule(struct live_sets *sets,
				      const struct policy_rule *rule,
				      const struct policy_packet *packet)
{
	return (struct asking_rule){
		.rule = rule,
		.packet = packet,
		.find = find_in_table,
		.context = sets,
	};
}

void live_sets_print(FILE *out, struct live_sets *sets, uint32_t number,
		     const struct policy_packet *packet)
{
	const struct policy_rule *rule = number ? rule_of(sets, number) : NULL;
	struct asking_rule asking = asking_rule(sets, rule, packet);

	if (rule) {
		flow_keep_print(out, rule->keep, packet);
		rule_sets_print(out, &asking);
		set_changes_print(out, rule, packet);
	} else if (number) {
		fputs("; its sets are not shown: the text of the rule was cut",
		      out);
	}
}

json_t *live_sets_to_json(struct live_sets *sets, uint32_t number,
			  const struct policy_packet *packet)
{
	const struct policy_rule *rule = number ? rule_of(sets, number) : NULL;
	struct asking_rule asking = asking_rule(sets, rule, packet);

	if (!number)
		return json_pack("{s:[], s:[]}", "sets", "changes");
	if (!rule)
		return json_pack("{s:n, s:n}", "sets", "changes");
	return json_pack("{s:o, s:o}", "sets", rule_sets_to_json(&asking),
			 "changes", changes_to_json(rule, packet));
}

/* --- */

int live_sets_open(struct live_sets *sets,
		   const struct tg_policy_sets *of_policy, int map,
		   const struct rule_lines *texts)
{
	*sets = (struct live_sets){ .of_policy = *of_policy, .texts = texts };
	set_map_adopt(&sets->map, map);
	sets->rules = calloc(texts->count + 1, sizeof(*sets->rules));
	return sets->rules ? 0 : -ENOMEM;
}

void live_sets_close(struct live_sets *sets)
{
	for (uint32_t i = 0; sets->rules && i < sets->texts->count; i++) {
		if (sets->rules[i])
			policy_free(&sets->rules[i]->policy);
		free(sets->rules[i]);
	}
	free(sets->rules);
	set_map_release(&sets->map);
}
