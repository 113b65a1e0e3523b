// SPDX-License-Identifier: GPL-2.0-only
/*
 * differ - random policies and random packets: the lookup in the tables that
 * the compiler makes, against the reference matcher.
 *
 *	build/tests/differ [COMPARISONS [SEED [SECONDS]]]
 *
 * A difference is printed with its policy, so that it can be explained.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "native.h"
#include "random_packet.h"
#include "subject.h"
#include "tap.h"

#define COMPARISONS 1000000
#define PACKETS 500 /* for each policy */

static const struct kind {
	const char *name;
	struct random_policy_shape shape;
	uint32_t weight; /* of a hundred policies */
} kinds[] = {
	{ "a few rules on the five usual fields", { 4, 0, 0 }, 35 },
	{ "a few rules on everything", { 6, 50, 0 }, 30 },
	{ "sub-lists", { 12, 25, 30 }, 20 },
	{ "dozens of rules", { 60, 20, 5 }, 12 },
	{ "hundreds of rules", { 400, 5, 3 }, 3 },
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

struct differ {
	struct tap *tap;
	struct random random;
	size_t compared[KINDS], policies[KINDS];
	size_t engines[2];
};

static bool compare(struct differ *differ, const struct policy *policy,
		    const struct compiled *compiled)
{
	struct policy_packet read;
	struct random_packet packet;
	uint32_t found, wanted;

	random_packet(&differ->random, &packet);
	policy_packet_read(&read, packet.bytes, packet.size, &packet.metadata);
	wanted = subject_decides(policy, &read);
	found = TG_OUTCOME_RULE(
		native_find(&compiled->constants, compiled->tables.bytes,
			    packet.bytes, packet.size, &packet.metadata));
	if (found == wanted)
		return true;
	tap_note(differ->tap, "rule %u decides, the tables say %u", wanted,
		 found);
	tap_dump(differ->tap, packet.bytes, packet.size);
	return false;
}

static bool compare_policy(struct differ *differ, size_t kind)
{
	struct compile_options options = {
		.only_trees = random_is(&differ->random, 40),
		.only_search = random_is(&differ->random, 40),
		.only_short = random_is(&differ->random, 40),
	};
	struct diagnostics diagnostics = { 0 };
	struct compiled compiled;
	struct policy policy;
	char *text;
	bool same = true;
	size_t i = 0;
	int err;

	text = subject_read(&policy, &differ->random, &kinds[kind].shape);
	err = policy_compile(&policy, &options, &compiled, &diagnostics);
	if (err)
		diagnostics_print(&diagnostics, policy.sources, stdout);
	for (int id = 0; id < TG_FAMILY_OTHER; id++)
		differ->engines[compiled.constants.family[id].engine]++;
	for (; i < PACKETS && same && !err; i++)
		same = compare(differ, &policy, &compiled);
	if (!same || err)
		printf("%s\n", text);
	differ->compared[kind] += i;
	differ->policies[kind]++;
	diagnostics_free(&diagnostics);
	compiled_free(&compiled);
	policy_free(&policy);
	free(text);
	return same && !err;
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

int main(int argc, char **argv)
{
	size_t wanted = argc > 1 ? strtoull(argv[1], NULL, 0) : COMPARISONS;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	time_t end = argc > 3 ? time(NULL) + atoi(argv[3]) : 0;
	struct tap tap = tap_plan(stdout, 1);
	struct differ differ = { .tap = &tap, .random.state = seed };
	bool same = true;

	while (same && total(&differ) < wanted && (!end || time(NULL) < end))
		same = compare_policy(&differ, pick_kind(&differ.random));
	for (size_t i = 0; i < KINDS; i++)
		tap_note(&tap, "%s: %zu policies, %zu packets", kinds[i].name,
			 differ.policies[i], differ.compared[i]);
	tap_note(&tap, "%zu families by rows, %zu by trees", differ.engines[0],
		 differ.engines[1]);
	tap_ok(&tap, same && total(&differ),
	       "tables and reference matcher agree about %zu packets",
	       total(&differ));
	return tap_end(&tap);
}
