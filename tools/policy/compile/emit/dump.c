// SPDX-License-Identifier: GPL-2.0-only
#include "dump.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "policy/language/parse/policy_parse.h"
#include "policy/language/print/print.h"
#include "policy/language/words.h"

/* --- rules and acts */

static const char *const kinds[] = {
	[TG_ACT_NEXT] = "next",	    [TG_ACT_PASS] = "pass",
	[TG_ACT_ACCEPT] = "accept", [TG_ACT_DROP] = "drop",
	[TG_ACT_REJECT] = "reject",
};

static const char *const answers[] = {
	[TG_ACT_REJECT_AUTO] = "reset for TCP, else port unreachable",
	[TG_ACT_REJECT_RESET] = "reset",
	[TG_ACT_REJECT_PORT] = "port unreachable",
	[TG_ACT_REJECT_HOST] = "host unreachable",
	[TG_ACT_REJECT_ADMIN] = "prohibited",
};

static void dump_act(FILE *out, const struct compiled *compiled,
		     const struct tg_act *act)
{
	if (act->changes & TG_ACT_LIMIT) {
		fprintf(out, "as limit %u says\n", act->limit);
		return;
	}
	fputs(kinds[act->kind], out);
	if (act->kind == TG_ACT_REJECT)
		fprintf(out, ", answered by %s", answers[act->reject]);
	if (act->changes & TG_ACT_KEEP)
		fputs(", keep", out);
	if (act->changes & TG_ACT_KEEP_ELSE_DROP)
		fputs(" else drop", out);
	if (act->changes & TG_ACT_SET_MARK)
		fprintf(out, ", set mark %#x/%#x", act->mark, act->mark_mask);
	if (act->changes & TG_ACT_SET_PRIORITY)
		fprintf(out, ", set priority %#x", act->priority);
	if (act->changes & TG_ACT_SET_CLASS)
		fprintf(out, ", set class %#x", act->class);
	if (act->changes & TG_ACT_SET_DSCP)
		fprintf(out, ", set dscp %u", act->dscp);
	if (act->changes & TG_ACT_REDIRECT)
		fprintf(out, ", redirect to device %u", act->redirect);
	if (act->changes & TG_ACT_REDIRECT_INGRESS)
		fprintf(out, ", redirect to ingress of device %u",
			act->redirect);
	if (act->changes & TG_ACT_MIRROR)
		fprintf(out, ", mirror to device %u", act->mirror);
	if (act->changes & TG_ACT_LOG)
		fputs(", log", out);
	dump_set_changes(out, compiled, act);
	fputc('\n', out);
}

void dump_outcome(FILE *out, uint32_t outcome)
{
	uint32_t rule = TG_OUTCOME_RULE(outcome);

	if (rule)
		fprintf(out, "rule %u", rule);
	else
		fputs("default", out);
	if (TG_OUTCOME_ACT(outcome) == TG_ACT_OF_RULE)
		fprintf(out, " (the rule's act, %s)",
			kinds[TG_OUTCOME_KIND(outcome)]);
	else
		fprintf(out, " (act %u, %s)", TG_OUTCOME_ACT(outcome),
			kinds[TG_OUTCOME_KIND(outcome)]);
}

/* Rules that are over their limit are counted as rules of their own. */
static void dump_over(FILE *out, const struct policy *policy, uint32_t next)
{
	uint32_t number = 1;

	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++, number++) {
			const struct policy_rule *rule = &block->rules[j];

			if (!rule->limit)
				continue;
			fprintf(out, "  rule %u, over the limit of rule %u: ",
				next++, number);
			policy_over_print(out, rule->limit);
			fputc('\n', out);
		}
	}
}

void dump_policy(FILE *out, const struct policy *policy,
		 const struct compiled *compiled, size_t act_count)
{
	const struct tg_policy *constants = &compiled->constants;
	uint32_t number = 1;

	fputs("rules:\n", out);
	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		if (block->name)
			fprintf(out, "  in sublist %s:\n", block->name);
		for (size_t j = 0; j < block->count; j++) {
			const struct policy_rule *rule = &block->rules[j];

			fprintf(out, "  rule %u, %s:%u: ", number++,
				policy_file(policy, rule->place.file),
				rule->place.line);
			policy_rule_print(out, policy, rule);
			fputc('\n', out);
		}
	}
	dump_over(out, policy, number);
	dump_sets(out, &compiled->sets);
	fputs("acts:\n", out);
	for (size_t i = 0; i < act_count; i++) {
		struct tg_act act;

		memcpy(&act,
		       compiled->tables.bytes + constants->acts +
			       i * sizeof(act),
		       sizeof(act));
		fprintf(out, "  act %zu: ", i);
		dump_act(out, compiled, &act);
	}
	fputs("packets that cannot be read: ", out);
	dump_outcome(out, constants->malformed);
	fputc('\n', out);
}

/* --- fields */

/* Prints "TO_PORT" as "to port". */
void dump_name(FILE *out, int dimension)
{
	static const char *const names[TG_DIMENSIONS] = {
#define NAME(name, ...) [TG_DIM_##name] = #name,
		TG_DIMENSION_LIST(NAME)
#undef NAME
	};

	for (const char *at = names[dimension]; *at; at++)
		fputc(*at == '_' ? ' ' : tolower(*at), out);
}

static void dump_value(FILE *out, const struct family *family, int dimension,
		       u128 value)
{
	bool is_address = dimension == TG_DIM_TO || dimension == TG_DIM_FROM;
	bool is_ip6 = family->id == TG_FAMILY_IP6;
	char text[INET6_ADDRSTRLEN];
	uint8_t bytes[16];

	if (dimension == TG_DIM_FLOW) {
		fputs(word_name(WORDS_FLOW, value), out);
		return;
	}
	for (int i = 0; i < 16; i++)
		bytes[i] = value >> (120 - 8 * i);
	if (is_address)
		fputs(inet_ntop(is_ip6 ? AF_INET6 : AF_INET,
				bytes + (is_ip6 ? 0 : 12), text, sizeof(text)),
		      out);
	else if (dimension == TG_DIM_TO_MAC || dimension == TG_DIM_FROM_MAC)
		fprintf(out, "%02x:%02x:%02x:%02x:%02x:%02x", bytes[10],
			bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]);
	else
		fprintf(out, "%" PRIu64, (uint64_t)value);
}

/* The value after the largest one means that the packet lacks the field. */
void dump_values(FILE *out, const struct family *family, int dimension,
		 u128 first, u128 last)
{
	u128 max = family->dimensions[dimension].max;
	bool is_absent =
		family->dimensions[dimension].can_be_absent && last == max + 1;

	if (is_absent && first == last) {
		fputs("absent", out);
		return;
	}
	if (is_absent)
		last = max;
	dump_value(out, family, dimension, first);
	if (first != last) {
		fputc('-', out);
		dump_value(out, family, dimension, last);
	}
	if (is_absent)
		fputs(", absent", out);
}

static void dump_interval(FILE *out, const struct family *family, int number,
			  uint32_t interval)
{
	const struct dimension *dimension = &family->dimensions[number];
	u128 last = dimension->sets[0].spans[0].last;

	if (interval + 1 < dimension->interval_count)
		last = dimension->starts[interval + 1] - 1;
	dump_values(out, family, number, dimension->starts[interval], last);
}

/* Trees use ranks: each interval is a class of its own. */
static void dump_classes(FILE *out, const struct compiled *compiled,
			 const struct family *family, int number, bool by_rank)
{
	const struct dimension *dimension = &family->dimensions[number];
	uint32_t count =
		by_rank ? dimension->interval_count : dimension->class_count;

	for (uint32_t class = 0; class < count; class ++) {
		const char *before = "";
		uint32_t i = by_rank ? class : dimension->first_of_class[class];

		fprintf(out, "    %s %u: ", by_rank ? "rank" : "class", class);
		if (is_sets_dimension(number)) {
			dump_set_class(out, compiled, dimension, number, class);
			fputc('\n', out);
			continue;
		}
		for (; i < dimension->interval_count; i++) {
			if (by_rank ? i != class
				    : dimension->class_of[i] != class)
				continue;
			fputs(before, out);
			dump_interval(out, family, number, i);
			before = ", ";
		}
		fputc('\n', out);
	}
}

static void dump_wide(FILE *out, const struct tg_policy_wide *wide)
{
	fprintf(out, "a search at %u: %u windows", wide->root, wide->steps);
	if (wide->compares)
		fprintf(out, ", %u halvings and %u compares of %u bytes",
			wide->halvings, wide->compares, wide->start_size);
}

/* How a value is mapped to its class. */
static void dump_map(FILE *out, const struct tg_policy_family *constants,
		     int dimension, bool is_ip6)
{
	static const int wides[TG_DIMENSIONS] = {
#define WIDE(name) [TG_DIM_##name] = TG_WIDE_##name + 1,
#define WIDES(name, kind, ...) TG_WIDE_OF_##kind(WIDE, name)
		TG_DIMENSION_LIST(WIDES)
#undef WIDES
#undef WIDE
	};
	int wide = wides[dimension] - 1;
	const struct tg_policy_trie *trie = &constants->trie[wide];

	if (wide < 0)
		fprintf(out, "a table at %u", constants->map[dimension]);
	else if (wide >= TG_TRIES || is_ip6 || constants->is_wide[dimension])
		dump_wide(out, &constants->wide[wide]);
	else
		fprintf(out, "a trie at %u: %u, %u and %u bits", trie->root,
			32 - trie->root_shift,
			__builtin_popcount(trie->middle_mask),
			__builtin_popcount(trie->low_mask));
}

void dump_family(FILE *out, const struct compiled *compiled,
		 const struct family *family)
{
	static const char *const names[] = { "IPv4", "IPv6", "other packets" };
	const struct tg_policy_family *constants =
		&compiled->constants.family[family->id];
	bool is_tree = constants->engine == TG_ENGINE_TREE;

	fprintf(out, "%s, by %s:\n", names[family->id],
		is_tree ? "trees" : "rows");
	for (int i = 0; i < TG_DIMENSIONS; i++) {
		if (!constants->is_used[i])
			continue;
		fputs("  ", out);
		dump_name(out, i);
		fputs(", ", out);
		dump_map(out, constants, i, family->id == TG_FAMILY_IP6);
		fputs(":\n", out);
		dump_classes(out, compiled, family, i,
			     is_tree && i < TG_DIM_KEYS);
	}
	if (is_tree)
		dump_tree(out, compiled, family);
	else
		dump_rows(out, compiled, family);
}
