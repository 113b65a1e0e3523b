// SPDX-License-Identifier: GPL-2.0-only
/*
 * ask_sets - makes a policy ask sets, for the verifier: rules of every family
 * ask for sets of all kinds at both ends, and change sets.
 *
 *	build/tests/ask_sets OBJECT COPY
 *
 * The object is compiled with policy.live.o. Its tables stay as they are.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/elf_object.h"
#include "packet_ends.h"
#include "policy_set.h"
#include "policy_table.h"

#define EXIT_USAGE 2
#define SETS 12 /* a dozen in one policy is ordinary */

static void ask(struct tg_policy *policy)
{
	static const enum tg_dimension asked[] = {
		TG_DIM_FROM_SETS0,
		TG_DIM_FROM_SETS1,
		TG_DIM_TO_SETS0,
		TG_DIM_TO_SETS1,
	};

	for (int i = 0; i < TG_FAMILIES; i++) {
		struct tg_policy_family *family = &policy->family[i];

		for (size_t j = 0; j < sizeof(asked) / sizeof(*asked); j++)
			family->is_used[asked[j]] = 1;
		if (family->used_end <= TG_DIM_TO_SETS1)
			family->used_end = TG_DIM_TO_SETS1 + 1;
	}
	policy->used |= TG_ACT_CHANGE_SETS;
	for (int side = 0; side < TG_SIDES; side++)
		policy->ends[side] = TG_END_ALL | TG_END_SETS;
}

/* In the table, the sets are in another order. */
static void declare(struct tg_policy_sets *sets)
{
	sets->count = SETS;
	sets->kinds_end = TG_SET_KINDS;
	for (unsigned int i = 0; i < SETS; i++) {
		unsigned int kind = i % TG_SET_KINDS;

		sets->sets[i].kind = kind;
		sets->sets[i].number = SETS - 1 - i;
		for (int side = 0; side < TG_SIDES; side++)
			sets->asked[side][kind] |= 1U << i;
	}
}

int main(int argc, char **argv)
{
	struct elf_object object;
	struct tg_policy_sets *sets;
	struct tg_policy *policy;
	size_t size = 0;
	int err;

	if (argc != 3) {
		fprintf(stderr, "ask_sets: OBJECT and COPY are missing\n");
		return EXIT_USAGE;
	}
	if (elf_object_read(&object, argv[1]))
		return EXIT_FAILURE;
	policy = elf_object_section(&object, ".rodata.consts", &size);
	sets = elf_object_section(&object, ".rodata.sets", &size);
	if (!policy || !sets || size != sizeof(*sets)) {
		fprintf(stderr, "ask_sets: %s: no policy that may ask sets\n",
			argv[1]);
		return EXIT_FAILURE;
	}
	ask(policy);
	declare(sets);
	err = elf_object_write(&object, argv[2]);
	elf_object_free(&object);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
