// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes a table of flows with flipped words: six bytes of the input are a word
 * and what is changed of it. All that programs do with such a table ends,
 * without accesses outside of it, as every line is looked up by its number: the
 * sanitizer checks them, and libFuzzer's timeout the end.
 */
#include "unit/flow_bed.h"

#define BUCKETS 6
#define FLOWS 40
#define FLIP_SIZE 6
#define WORDS_IN_LINE (TG_FLOW_LINE / sizeof(uint32_t))

static void flip(struct flow_bed *bed, const uint8_t *bytes, size_t size)
{
	uint32_t words = bed->lines * WORDS_IN_LINE;

	for (; size >= FLIP_SIZE; bytes += FLIP_SIZE, size -= FLIP_SIZE) {
		uint32_t at = (bytes[0] | bytes[1] << 8) % words, change;

		memcpy(&change, bytes + 2, sizeof(change));
		((uint32_t *)bed->start)[at] ^= change;
	}
}

/* A flow that is added is found, if lines are where the head says. */
static void use(struct flow_bed *bed, uint32_t number)
{
	static uint32_t times[TG_FLOW_STATES_MAX];
	struct tg_flow_key key = flow_bed_key(number);
	struct tg_flow_place place;

	tg_flow_order(&key);
	if (flow_bed_find(bed, &key, &place)) {
		tg_flow_update(&place, TG_FLOW_STATE_OF(place.seen) + 1, 0,
			       bed->clock, times);
		return;
	}
	if (flow_bed_add(bed, &key, TG_FLOW_ESTABLISHED, 20) == TG_FLOW_ADDED &&
	    flow_bed_head(bed)->buckets == BUCKETS &&
	    !flow_bed_find(bed, &key, &place))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct flow_bed bed;

	flow_bed_make(&bed, BUCKETS);
	for (uint32_t i = 0; i < FLOWS; i++) {
		struct tg_flow_key key = flow_bed_key(i);

		tg_flow_order(&key);
		flow_bed_add(&bed, &key, 1 + i % (TG_FLOW_STATES - 1), 10 + i);
	}
	flip(&bed, bytes, size);
	for (int round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < 2 * FLOWS; i++)
			use(&bed, i);
		bed.clock += 15;
	}
	flow_bed_free(&bed);
	return 0;
}
