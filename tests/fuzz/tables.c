// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the lookup with modified tables: it reads nothing outside of them and
 * terminates. The first byte selects a policy and a packet; each following
 * group of five is an offset and a value.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/language/text/read.h"
#include "tables/native.h"
#include "tables/random_packet.h"
#include "tables/random_policy.h"

#define POLICIES 24
#define PACKETS 40

struct change {
	uint32_t offset;
	uint8_t value;
} __attribute__((packed));

static struct compiled compiled[POLICIES];
static struct random_packet packets[PACKETS];

static void compile_one(struct random *random, size_t number)
{
	struct random_policy_shape shape = {
		1 + number * 2, 30, 5, number % 2 * 20, number % 3 * 20, 0
	};
	struct compile_options options = { .only_trees = number % 3 == 0,
					   .only_search = number % 2,
					   .only_short = number % 4 / 2 };
	struct read_options reading = { 0 };
	struct diagnostics diagnostics;
	struct policy policy;
	bool ok = false;

	while (!ok) {
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		random_policy(random, &shape, out);
		fclose(out);
		diagnostics = (struct diagnostics){ 0 };
		ok = !policy_read_text(&policy, "fuzz", text, size, &reading,
				       &diagnostics) &&
		     !policy_compile(&policy, &options, &compiled[number],
				     &diagnostics);
		diagnostics_free(&diagnostics);
		policy_free(&policy);
		free(text);
		/* most long ones contain a rule that can never match */
		shape.rules = shape.rules > 1 ? shape.rules - 1 : 1;
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct random random = { 1 };

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < POLICIES; i++)
		compile_one(&random, i);
	for (size_t i = 0; i < PACKETS; i++)
		random_packet(&random, &packets[i]);
	return 0;
}

/* In memory of exactly their size, for the sanitizer. */
static uint8_t *changed_tables(const struct compiled *one, const uint8_t *bytes,
			       size_t size)
{
	uint8_t *tables = malloc(one->constants.size);
	struct change change;

	memcpy(tables, one->tables.bytes, one->constants.size);
	for (; size >= sizeof(change);
	     size -= sizeof(change), bytes += sizeof(change)) {
		memcpy(&change, bytes, sizeof(change));
		tables[change.offset % one->constants.size] = change.value;
	}
	return tables;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const uint32_t sets[TG_SIDES] = { 0x5a0f33c1, 0xa533ff01 };
	const struct compiled *one;
	uint8_t *tables;

	if (!size)
		return 0;
	one = &compiled[bytes[0] % POLICIES];
	tables = changed_tables(one, bytes + 1, size - 1);
	for (size_t i = 0; i < PACKETS; i++)
		native_find(&one->constants, tables, packets[i].bytes,
			    packets[i].size, &packets[i].metadata, sets);
	free(tables);
	return 0;
}
