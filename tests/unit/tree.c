// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree - builds trees over ranks, and compares the policy plugin's lookup with
 * a linear scan of the boxes.
 */
#include <errno.h>
#include <string.h>

#include "tap.h"

/* read by policy_load.h; reads are counted */
static const uint8_t *table;
static size_t table_size;
static unsigned long loads;

#define tg_table_start() (loads++, table)
#define tg_table_size() table_size

/* Damaged tables lead to unaligned offsets, as in the kernel. */
#pragma clang attribute push(__attribute__((no_sanitize("alignment"))), \
			     apply_to = function)
#include "policy_tree_find.h"
#pragma clang attribute pop

#include "policy/compile/tree/tree.h"

#define BOXES_MAX 400

/* Limits for loads: steps and records of all trees, and record counts. */
#define LOADS_MAX (TG_TREE_GROUPS * (TG_TREE_STEPS_MAX + TG_TREE_LEAF_MAX + 1))

struct trial {
	struct tree_box boxes[BOXES_MAX];
	struct tree_input input;
	struct tg_tree tree;
	struct blob blob;
	uint8_t *bytes; /* exactly the blob's size, for the sanitizers */
};

struct random_sets {
	int sets, boxes, ranks; /* upper limits */
	uint32_t stride;	/* adjacent ranks that no box distinguishes */
	uint32_t predicates;
	unsigned int groups; /* maximum number of trees so far */
	unsigned int words;
};

static uint64_t random_state;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 6364136223846793005ULL + 1;
	return (random_state >> 32) % limit;
}

static void begin(struct trial *trial)
{
	memset(trial, 0, sizeof(*trial));
	trial->input.boxes = trial->boxes;
	trial->input.none = 0xfffff7ff;
	for (int field = 0; field < TREE_FIELDS; field++)
		trial->input.ranks[field] = 4;
	blob_init(&trial->blob, 16 << 20);
}

static struct tree_box *add_box(struct trial *trial, uint32_t outcome)
{
	struct tree_box *box = &trial->boxes[trial->input.count++];

	*box = (struct tree_box){ .outcome = outcome };
	for (int field = 0; field < TREE_FIELDS; field++)
		box->last[field] = trial->input.ranks[field] - 1;
	return box;
}

static int build(struct trial *trial)
{
	int err = tree_build(&trial->blob, &trial->input, &trial->tree);

	if (err || !trial->blob.size)
		return err;
	trial->bytes = malloc(trial->blob.size);
	if (!trial->bytes)
		abort();
	memcpy(trial->bytes, trial->blob.bytes, trial->blob.size);
	table = trial->bytes;
	table_size = trial->blob.size;
	return 0;
}

static void end(struct trial *trial)
{
	blob_free(&trial->blob);
	free(trial->bytes);
}

static bool holds_for(const struct tree_box *box, const uint32_t *key,
		      uint64_t holds)
{
	for (int field = 0; field < TREE_FIELDS; field++) {
		if (key[field] < box->first[field] ||
		    key[field] > box->last[field])
			return false;
	}
	return holds >> box->predicate & 1;
}

static uint32_t scan(const struct trial *trial, const uint32_t *key,
		     uint64_t holds)
{
	for (size_t i = 0; i < trial->input.count; i++) {
		if (holds_for(&trial->boxes[i], key, holds))
			return trial->boxes[i].outcome;
	}
	return trial->input.none;
}

static uint32_t find(const struct trial *trial, const uint32_t *key,
		     uint64_t holds)
{
	uint32_t outcome;

	loads = 0;
	outcome = tg_tree_find(&trial->tree, key, holds);
	if (loads > LOADS_MAX)
		abort();
	return outcome;
}

static bool agrees(const struct trial *trial, const uint32_t *key)
{
	uint64_t holds = 1 | (uint64_t)random_below(1U << 31) << 1;

	return find(trial, key, holds) == scan(trial, key, holds);
}

/* Checks one key for each stride. */
static bool all_keys_agree(const struct trial *trial, uint32_t stride)
{
	const uint32_t *ranks = trial->input.ranks;
	uint32_t key[TREE_FIELDS] = { 0 };
	int field;

	do {
		if (!agrees(trial, key))
			return false;
		for (field = 0; field < TREE_FIELDS; field++) {
			key[field] += stride;
			if (key[field] < ranks[field])
				break;
			key[field] = 0;
		}
	} while (field < TREE_FIELDS);
	return true;
}

static bool some_keys_agree(const struct trial *trial, int count)
{
	uint32_t key[TREE_FIELDS];

	for (int i = 0; i < count; i++) {
		const struct tree_box *box =
			&trial->boxes[random_below(trial->input.count)];

		for (int field = 0; field < TREE_FIELDS; field++)
			key[field] = random_below(2) ? box->first[field]
						     : box->last[field];
		key[random_below(TREE_FIELDS)] = 0;
		if (!agrees(trial, key))
			return false;
	}
	return true;
}

/* As in most rules, half of the fields match anything, but never all. */
static void random_box(struct trial *trial, const struct random_sets *sets)
{
	struct tree_box *box = add_box(trial, random_below(1U << 31) * 2);

	if (sets->predicates && random_below(2))
		box->predicate = random_below(sets->predicates);
	for (int field = 0; field < TREE_FIELDS; field++) {
		uint32_t count = trial->input.ranks[field] / sets->stride;
		uint32_t first = random_below(count);
		uint32_t last =
			first + random_below(2) * random_below(count - first);

		if (field && random_below(2))
			continue;
		box->first[field] = first * sets->stride;
		box->last[field] = (last + 1) * sets->stride - 1;
	}
}

static bool random_set_agrees(struct random_sets *sets, bool exhaustive)
{
	struct trial trial;
	bool passed;
	int boxes = 1 + random_below(sets->boxes);

	begin(&trial);
	for (int field = 0; field < TREE_FIELDS; field++)
		trial.input.ranks[field] =
			(1 + random_below(sets->ranks)) * sets->stride;
	for (int i = 0; i < boxes; i++)
		random_box(&trial, sets);
	passed = !build(&trial) &&
		 (exhaustive ? all_keys_agree(&trial, sets->stride)
			     : some_keys_agree(&trial, 1000));
	if (trial.tree.groups > sets->groups)
		sets->groups = trial.tree.groups;
	if (trial.tree.words > sets->words)
		sets->words = trial.tree.words;
	end(&trial);
	return passed;
}

static bool random_sets_agree(struct random_sets *sets, bool exhaustive)
{
	for (int i = 0; i < sets->sets; i++) {
		random_state = i + 1;
		if (!random_set_agrees(sets, exhaustive))
			return false;
	}
	return true;
}

static void test_random(struct tap *tap)
{
	struct random_sets small = { 1500, 12, 4, 1, 0, 0, 0 };
	struct random_sets extras = { 500, 12, 3, 1, 8, 0, 0 };
	struct random_sets large = { 40, BOXES_MAX, 60, 1, 0, 0, 0 };
	struct random_sets long_keys = { 200, 12, 3, 1 << 14, 8, 0, 0 };

	tap_ok(tap, random_sets_agree(&small, true),
	       "each key of a random small set finds what a scan finds");
	tap_ok(tap, random_sets_agree(&extras, true),
	       "and so with side conditions");
	tap_ok(tap, random_sets_agree(&large, false), "and so in larger sets");
	tap_ok(tap, random_sets_agree(&long_keys, true) && long_keys.words == 2,
	       "and so with keys of two words");
}

/* Uses boxes restricted in one address, in the other, in both, and in none. */
static void test_groups(struct tap *tap)
{
	static struct tree_box boxes[3000];
	struct trial trial;
	bool passed = true;
	uint32_t key[TREE_FIELDS] = { 0 };

	begin(&trial);
	trial.input = (struct tree_input){ .boxes = boxes,
					   .count = 3000,
					   .ranks = { 2001, 1001, 4, 700, 1 },
					   .none = 7 };
	for (uint32_t i = 0; i < 3000; i++) {
		boxes[i] = (struct tree_box){
			.last = { 2000, 1000, 3, 699, 0 },
			.outcome = 10 + i,
		};
		if (i % 3 == 0)
			boxes[i].first[0] = boxes[i].last[0] = i % 2001;
		if (i % 3 < 2)
			boxes[i].first[1] = boxes[i].last[1] = i / 3 % 1001;
		boxes[i].first[3] = boxes[i].last[3] = i * 7 % 701 % 700;
	}
	passed = !build(&trial) && trial.tree.groups == 3;
	random_state = 1;
	for (int i = 0; passed && i < 3000; i++) {
		const struct tree_box *box = &boxes[random_below(3000)];
		uint32_t wanted = trial.input.none;

		for (int field = 0; field < TREE_FIELDS; field++)
			key[field] =
				random_below(4)
					? box->first[field]
					: random_below(box->last[field] + 1);
		for (uint32_t n = 3000; n--;)
			wanted = holds_for(&boxes[n], key, 1) ? boxes[n].outcome
							      : wanted;
		passed = find(&trial, key, 1) == wanted;
	}
	tap_ok(tap, passed, "boxes with wide addresses get trees of their own");
	end(&trial);
}

static void test_few(struct tap *tap)
{
	struct trial trial;

	begin(&trial);
	tap_ok(tap,
	       !build(&trial) && !trial.tree.groups &&
		       all_keys_agree(&trial, 1),
	       "without a box, no packet matches");
	end(&trial);

	begin(&trial);
	add_box(&trial, 5)->first[3] = 2;
	tap_ok(tap, !build(&trial) && all_keys_agree(&trial, 1),
	       "one box matches within its bounds");
	end(&trial);
}

static void test_hidden(struct tap *tap)
{
	struct trial trial;

	begin(&trial);
	for (uint32_t i = 0; i < 100; i++)
		add_box(&trial, i);
	tap_ok(tap,
	       !build(&trial) && all_keys_agree(&trial, 1) &&
		       trial.tree.group[0].max_records == 1,
	       "equal boxes but the first one are left out");
	end(&trial);

	begin(&trial);
	add_box(&trial, 1)->predicate = 3;
	add_box(&trial, 2);
	for (uint32_t i = 3; i < 100; i++)
		add_box(&trial, i)->first[i % 5] = i % 4;
	tap_ok(tap,
	       !build(&trial) && all_keys_agree(&trial, 1) &&
		       trial.tree.group[0].max_records == 2,
	       "a box with a side condition hides nothing");
	end(&trial);
}

static int build_with_conditions(struct trial *trial, int count)
{
	begin(trial);
	for (int i = 0; i < count; i++)
		add_box(trial, i)->predicate = 1 + i % 62;
	add_box(trial, count);
	return build(trial);
}

static void test_long_leaves(struct tap *tap)
{
	struct trial trial;

	tap_ok(tap,
	       !build_with_conditions(&trial, TG_TREE_LEAF_MAX - 1) &&
		       all_keys_agree(&trial, 1),
	       "%d boxes may differ in nothing but their side conditions",
	       TG_TREE_LEAF_MAX);
	end(&trial);
	tap_ok(tap, build_with_conditions(&trial, TG_TREE_LEAF_MAX) == -E2BIG,
	       "more of them are refused");
	end(&trial);
}

static void random_boxes(struct trial *trial, int count)
{
	struct random_sets sets = { .stride = 1 };

	begin(trial);
	random_state = 1;
	for (int field = 0; field < TREE_FIELDS; field++)
		trial->input.ranks[field] = 1000;
	for (int i = 0; i < count; i++)
		random_box(trial, &sets);
}

static void test_limits(struct tap *tap)
{
	struct trial trial;

	random_boxes(&trial, BOXES_MAX);
	trial.input.work_max = 5000;
	tap_ok(tap, build(&trial) == -E2BIG, "there is a limit to the work");
	end(&trial);

	random_boxes(&trial, BOXES_MAX);
	trial.blob.limit = 20000;
	tap_ok(tap, build(&trial) == -E2BIG, "and to the size");
	end(&trial);

	random_boxes(&trial, 10);
	trial.input.ranks[0] = trial.input.ranks[2] = UINT32_MAX;
	tap_ok(tap, build(&trial) == -E2BIG,
	       "ranks that two words cannot hold are refused");
	end(&trial);
}

static void test_same(struct tap *tap)
{
	struct trial one, two;

	random_boxes(&one, BOXES_MAX);
	random_boxes(&two, BOXES_MAX);
	tap_ok(tap,
	       !build(&one) && !build(&two) && one.blob.size == two.blob.size &&
		       !memcmp(one.bytes, two.bytes, one.blob.size) &&
		       !memcmp(&one.tree, &two.tree, sizeof(one.tree)),
	       "equal boxes make equal tables");
	end(&one);
	end(&two);
}

/* find() fails the test if a walk is too long; sanitizers detect bad reads. */
static void flip_bits(struct trial *trial, int rounds)
{
	uint32_t key[TREE_FIELDS];

	for (int i = 0; i < rounds; i++) {
		uint8_t *byte = &trial->bytes[random_below(table_size)];

		*byte ^= 1 << random_below(8);
		for (int n = 0; n < 50; n++) {
			for (int field = 0; field < TREE_FIELDS; field++)
				key[field] =
					random_below(trial->input.ranks[field]);
			find(trial, key, random_below(2) ? 1 : ~0ULL);
		}
	}
}

static void test_damage(struct tap *tap)
{
	struct random_sets long_keys = { .stride = 1 << 13, .predicates = 9 };
	struct trial trial;
	bool passed;

	random_boxes(&trial, BOXES_MAX);
	passed = !build(&trial);
	if (passed)
		flip_bits(&trial, 3000);
	end(&trial);

	begin(&trial);
	for (int field = 0; field < TREE_FIELDS; field++)
		trial.input.ranks[field] = 5 << 13;
	for (int i = 0; i < 100; i++)
		random_box(&trial, &long_keys);
	passed = passed && !build(&trial) && trial.tree.words == 2;
	if (passed)
		flip_bits(&trial, 3000);
	end(&trial);
	tap_ok(tap, passed,
	       "damaged tables lead nowhere outside, and to an end");
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 16);

	test_random(&tap);
	test_groups(&tap);
	test_few(&tap);
	test_hidden(&tap);
	test_long_leaves(&tap);
	test_limits(&tap);
	test_same(&tap);
	test_damage(&tap);
	return tap_end(&tap);
}
