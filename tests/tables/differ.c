// SPDX-License-Identifier: GPL-2.0-only
/*
 * differ - compares, for random policies and packets, the lookup in compiled
 * tables with the reference matcher, and the parser's fields with those of an
 * independent reader.
 *
 *	build/tests/differ [COMPARISONS [SEED [SECONDS]]]
 *
 * On a difference, the policy is shrunk and printed with the packet.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fields.h"
#include "native.h"
#include "packet/describe.h"
#include "policy/language/text/read.h"
#include "random_packet.h"
#include "random_sets.h"
#include "sanitized.h"
#include "shrink.h"
#include "subject.h"
#include "tap.h"

/* differ-fast is built without sanitizers. */
#define COMPARISONS SANITIZED_OR(250000, 1000000)
#define PACKETS 500 /* for each policy */
/* From this number on, check_reach() is applied. */
#define PACKETS_ENOUGH 20000

static const struct kind {
	const char *name;
	struct random_policy_shape shape;
	uint32_t weight; /* percent of policies */
} kinds[] = {
	{ "a few rules on the five usual fields", { 12, 0, 0, 0, 0, 0 }, 20 },
	{ "a few rules on everything", { 20, 50, 0, 0, 0, 0 }, 20 },
	{ "sub-lists", { 30, 25, 30, 0, 0, 0 }, 15 },
	{ "dozens of rules", { 60, 20, 5, 0, 0, 0 }, 10 },
	{ "hundreds of rules", { 400, 5, 3, 0, 0, 0 }, 2 },
	{ "a few rules on named sets", { 8, 10, 0, 80, 0, 0 }, 8 },
	{ "named sets in sub-lists", { 30, 25, 30, 40, 0, 0 }, 6 },
	{ "hundreds of rules, some on named sets", { 300, 5, 3, 10, 0, 0 }, 4 },
	{ "a few rules on flows", { 5, 10, 0, 0, 80, 0 }, 6 },
	{ "flows and named sets in sub-lists", { 30, 25, 30, 20, 40, 0 }, 4 },
	{ "limits, and some sets and flows", { 20, 25, 20, 20, 20, 50 }, 5 },
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

struct differ {
	struct tap *tap;
	struct random random;
	size_t compared[KINDS], policies[KINDS];
	size_t ruled; /* packets matched by a rule */
	size_t decided, limited;
	size_t engines[2];
};

/* The expected and the actual result for a packet. */
struct question {
	const struct compile_options *options;
	struct random_packet packet;
	struct policy_packet read;
	struct random_sets sets;
	uint32_t found, wanted;
	size_t decided; /* packets whose fact decides alone */
	size_t limited; /* packets of rules with a limit */
};

/* As the program: a fact that decides alone is not looked up in the tables. */
static bool is_decided(const struct question *question,
		       const struct compiled *compiled, uint32_t *outcome)
{
	const struct policy_packet *read = &question->read;
	int family = read->has[POLICY_SRC4] ? TG_FAMILY_IP4 : TG_FAMILY_IP6;
	uint32_t fact = question->packet.metadata.flow;

	*outcome = compiled->flows.outcome[family][fact];
	return read->has[POLICY_FLOW] &&
	       compiled->flows.is_decided[family][fact];
}

/* The record of the limit that the outcome asks, or of which it is the over. */
static bool find_limit(const struct compiled *compiled, uint32_t outcome,
		       struct tg_limit *limit)
{
	const struct tg_policy_limits *limits = &compiled->limits;
	uint32_t rule = TG_OUTCOME_RULE(outcome);

	for (uint32_t i = 0; i < limits->count; i++) {
		memcpy(limit,
		       compiled->tables.bytes + limits->records +
			       i * sizeof(*limit),
		       sizeof(*limit));
		if (rule == TG_OUTCOME_RULE(limit->outcomes[TG_LIMIT_WITHIN]) ||
		    rule == TG_OUTCOME_RULE(limit->outcomes[TG_LIMIT_OVER]))
			return true;
	}
	return false;
}

/* What is over a limit is counted after all rules. */
static uint32_t rule_of(const struct compiled *compiled, uint32_t outcome)
{
	uint32_t rule = TG_OUTCOME_RULE(outcome);
	struct tg_limit limit;

	if (compiled->limits.count && rule >= compiled->limits.first_over &&
	    find_limit(compiled, outcome, &limit))
		return TG_OUTCOME_RULE(limit.outcomes[TG_LIMIT_WITHIN]);
	return rule;
}

/* Both sides of the limit are done as the reference matcher says. */
static bool are_sides_right(const struct question *question,
			    const struct policy *policy,
			    const struct tg_limit *limit)
{
	bool is_right = true;

	for (int side = 0; side < TG_LIMIT_VERDICTS; side++) {
		const struct match_context context = {
			.packet = &question->read,
			.sets = &question->sets.sets,
			.is_over = side == TG_LIMIT_OVER,
		};
		struct policy_verdict verdict = policy_match(policy, &context);

		if (verdict.is_over == context.is_over)
			is_right &= TG_OUTCOME_KIND(limit->outcomes[side]) ==
				    (uint32_t)verdict.action;
	}
	return is_right;
}

static bool is_limit_right(struct question *question,
			   const struct policy *policy,
			   const struct compiled *compiled, uint32_t outcome)
{
	const struct match_context context = {
		.packet = &question->read,
		.sets = &question->sets.sets,
	};
	const struct policy_rule *rule = policy_match(policy, &context).rule;
	struct tg_limit limit;
	bool has_limit = find_limit(compiled, outcome, &limit);

	question->limited += has_limit;
	return has_limit == (rule && rule->limit) &&
	       (!has_limit || are_sides_right(question, policy, &limit));
}

static bool is_answered(struct question *question, const struct policy *policy,
			const struct compiled *compiled)
{
	const struct random_packet *packet = &question->packet;
	uint32_t sets[TG_SIDES], outcome, found;

	random_sets_of(&question->sets, policy, &question->read, sets);
	question->wanted =
		subject_decides(policy, &question->read, &question->sets.sets);
	found = native_find(&compiled->constants, compiled->tables.bytes,
			    packet->bytes, packet->size, &packet->metadata,
			    sets);
	question->found = rule_of(compiled, found);
	if (is_decided(question, compiled, &outcome)) {
		question->decided++;
		if (question->found == question->wanted)
			question->found = rule_of(compiled, outcome);
	}
	return question->found == question->wanted &&
	       is_limit_right(question, policy, compiled, found);
}

/* True if the result is wrong for this policy as well. */
static bool question_shows(void *context, const char *text, size_t size)
{
	struct question *question = context;
	struct read_options options = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct compiled compiled = { 0 };
	struct policy policy;
	bool shows = !policy_read_text(&policy, "text", text, size, &options,
				       &diagnostics) &&
		     !policy_compile(&policy, question->options, &compiled,
				     &diagnostics) &&
		     !is_answered(question, &policy, &compiled);

	compiled_free(&compiled);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
	return shows;
}

static void note_lines(struct tap *tap, char *text)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		tap_note(tap, "\t%s", line);
}

/* Prints the shrunk policy and the packet's description. */
static void tell(struct differ *differ, struct question *question, char *text)
{
	const struct compile_options *options = question->options;
	char *words = NULL;
	size_t size;
	FILE *out = open_memstream(&words, &size);

	shrink(text, question_shows, question);
	question_shows(question, text, strlen(text));
	describe_print(out, &question->read, true);
	fclose(out);
	tap_note(differ->tap, "rule %u decides, the tables say %u (0: default)",
		 question->wanted, question->found);
	tap_note(differ->tap,
		 "the policy%s%s%s:", options->only_trees ? ", by trees" : "",
		 options->only_search ? ", by search" : "",
		 options->only_short ? ", with short rows" : "");
	note_lines(differ->tap, text);
	tap_note(differ->tap, "the packet:%s%s",
		 question->read.malformed ? " malformed" : "",
		 question->packet.metadata.has_vlan ? " a tag beside it" : "");
	note_lines(differ->tap, words);
	tap_dump(differ->tap, question->packet.bytes, question->packet.size);
	free(words);
}

/* Compares the parser's fields with those of the reader in fields.c. */
static bool compare_fields(struct differ *differ,
			   const struct random_packet *packet,
			   const struct policy_packet *read)
{
	struct policy_packet fields;
	enum policy_field field;

	fields_read(&fields, packet);
	field = fields_differ(&fields, read);
	if (field == POLICY_FIELDS)
		return true;
	tap_note(differ->tap,
		 "field %d is %llu, and the parser's is %llu; malformed %d, %d",
		 field, (unsigned long long)fields.value[field].lo,
		 (unsigned long long)read->value[field].lo, fields.malformed,
		 read->malformed);
	tap_dump(differ->tap, packet->bytes, packet->size);
	return false;
}

static void draw_packet(struct differ *differ, struct question *question)
{
	random_packet(&differ->random, &question->packet);
	policy_packet_read(&question->read, question->packet.bytes,
			   question->packet.size, &question->packet.metadata);
}

static bool compare(struct differ *differ, struct question *question,
		    const struct policy *policy,
		    const struct compiled *compiled)
{
	if (!is_answered(question, policy, compiled))
		return false;
	differ->ruled += question->wanted != 0;
	return true;
}

static bool compare_policy(struct differ *differ, size_t kind)
{
	struct compile_options options = {
		.only_trees = random_is(&differ->random, 40),
		.only_search = random_is(&differ->random, 40),
		.only_short = random_is(&differ->random, 40),
	};
	struct question question = {
		.options = &options,
		.sets = random_sets(random_next(&differ->random)),
	};
	struct diagnostics diagnostics = { 0 };
	struct compiled compiled;
	struct policy policy;
	char *text;
	bool same = true, is_read = true;
	size_t i = 0;
	int err;

	text = subject_read(&policy, &differ->random, &kinds[kind].shape);
	err = policy_compile(&policy, &options, &compiled, &diagnostics);
	if (err) {
		diagnostics_print(&diagnostics, policy.sources, stdout);
		printf("%s\n", text);
	}
	for (int id = 0; id < TG_FAMILY_OTHER; id++)
		differ->engines[compiled.constants.family[id].engine]++;
	for (; i < PACKETS && same && is_read && !err; i++) {
		draw_packet(differ, &question);
		is_read = compare_fields(differ, &question.packet,
					 &question.read);
		same = compare(differ, &question, &policy, &compiled);
	}
	if (!same)
		tell(differ, &question, text);
	differ->compared[kind] += i;
	differ->policies[kind]++;
	differ->decided += question.decided;
	differ->limited += question.limited;
	diagnostics_free(&diagnostics);
	compiled_free(&compiled);
	policy_free(&policy);
	free(text);
	return same && is_read && !err;
}

static size_t pick_kind(struct random *random)
{
	uint32_t at = random_below(random, 100);
	size_t kind = 0;

	while (kind + 1 < KINDS && at >= kinds[kind].weight)
		at -= kinds[kind++].weight;
	return kind;
}

static size_t total(const struct differ *differ)
{
	size_t sum = 0;

	for (size_t i = 0; i < KINDS; i++)
		sum += differ->compared[i];
	return sum;
}

/* Checks that both engines were used and that rules matched many packets. */
static void check_reach(const struct differ *differ)
{
	bool enough = total(differ) >= PACKETS_ENOUGH;
	struct tap *tap = differ->tap;

	if (!enough) {
		tap_skip(tap, "both engines answer", "few packets");
		tap_skip(tap, "rules decide about most packets", "few packets");
		tap_skip(tap, "facts decide alone", "few packets");
		tap_skip(tap, "limits decide", "few packets");
		return;
	}
	tap_ok(tap, differ->engines[0] && differ->engines[1],
	       "both engines answer: %zu families by rows, %zu by trees",
	       differ->engines[TG_ENGINE_DAG], differ->engines[TG_ENGINE_TREE]);
	tap_ok(tap, differ->ruled * 2 > total(differ),
	       "rules decide about most packets: %zu", differ->ruled);
	tap_ok(tap, differ->decided,
	       "facts decide alone about some packets: %zu", differ->decided);
	tap_ok(tap, differ->limited, "limits decide about some packets: %zu",
	       differ->limited);
}

int main(int argc, char **argv)
{
	size_t wanted = argc > 1 ? strtoull(argv[1], NULL, 0) : COMPARISONS;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	time_t end = argc > 3 ? time(NULL) + atoi(argv[3]) : 0;
	struct tap tap = tap_plan(stdout, 5);
	struct differ differ = { .tap = &tap, .random.state = seed };
	bool same = true;

	while (same && total(&differ) < wanted && (!end || time(NULL) < end))
		same = compare_policy(&differ, pick_kind(&differ.random));
	for (size_t i = 0; i < KINDS; i++)
		tap_note(&tap, "%s: %zu policies, %zu packets", kinds[i].name,
			 differ.policies[i], differ.compared[i]);
	tap_ok(&tap, same && total(&differ),
	       "tables and reference matcher agree about %zu packets",
	       total(&differ));
	check_reach(&differ);
	return tap_end(&tap);
}
