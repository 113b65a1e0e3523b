// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"

#include <string.h>

#include "lib/json_print.h"

uint32_t flow_clock;

static const char *const names[] = {
#define NAME(name, text, ...) [TG_FLOW_##name] = text,
	TG_FLOW_STATE_LIST(NAME)
#undef NAME
};

const char *flow_state_name(unsigned int state)
{
	return state < TG_FLOW_STATES ? names[state] : "?";
}

unsigned int flow_state_number(const char *name, size_t size)
{
	unsigned int state = 0;

	while (state < TG_FLOW_STATES && (strlen(names[state]) != size ||
					  memcmp(names[state], name, size)))
		state++;
	return state;
}

bool flow_word_is_live(uint64_t word, uint32_t now)
{
	return TG_FLOW_MARK(word) >= TG_FLOW_MARK_MIN &&
	       TG_FLOW_STATE_OF(word) != TG_FLOW_PENDING &&
	       TG_FLOW_STATE_OF(word) < TG_FLOW_STATES &&
	       TG_FLOW_DEADLINE(word) > now;
}

/* The words of a bucket; NULL behind the last one. */
static uint64_t *bucket_words(const struct flow_memory *memory, uint32_t bucket)
{
	return bucket < flow_head(memory)->buckets
		       ? tg_flow_line(memory, TG_FLOW_FIRST_BUCKET + bucket)
		       : NULL;
}

static uint64_t read_word(const uint64_t *place)
{
	return __atomic_load_n(place, __ATOMIC_ACQUIRE);
}

/* --- counts */

void flow_table_count(const struct flow_memory *memory, uint32_t now,
		      struct flow_counts *counts)
{
	const uint64_t *words;

	*counts = (struct flow_counts){ 0 };
	for (uint32_t bucket = 0; (words = bucket_words(memory, bucket));
	     bucket++) {
		for (int way = 0; way < TG_FLOW_WAYS; way++) {
			uint64_t word = read_word(&words[way]);

			if (!flow_word_is_live(word, now))
				continue;
			counts->all++;
			counts->states[TG_FLOW_STATE_OF(word)]++;
		}
	}
}

json_t *flow_counts_to_json(const struct flow_counts *counts)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < TG_FLOW_STATES; i++)
		if (counts->states[i])
			add_json_members(
				object,
				json_pack("{s:I}", flow_state_name(i),
					  (json_int_t)counts->states[i]));
	return object;
}

/* --- walks */

/*
 * The flow of the word: it has not changed meanwhile, or it is read again.
 * False: there is no flow any more.
 */
static bool read_flow(const struct flow_memory *memory, uint64_t *place,
		      uint32_t line, uint32_t now, struct flow_found *found)
{
	const struct tg_flow *flow = tg_flow_line(memory, line);

	found->place = place;
	do {
		found->word = read_word(place);
		if (!flow || !flow_word_is_live(found->word, now))
			return false;
		found->flow = *(const volatile struct tg_flow *)flow;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (TG_FLOW_MARK(read_word(place)) != TG_FLOW_MARK(found->word));
	return true;
}

bool flow_table_visit(const struct flow_memory *memory, uint32_t now,
		      flow_visit_fn *visit, void *context)
{
	uint32_t first = TG_FLOW_FIRST_FLOW(flow_head(memory)->buckets);
	struct flow_found found;
	uint64_t *words;

	for (uint32_t bucket = 0; (words = bucket_words(memory, bucket));
	     bucket++) {
		for (int way = 0; way < TG_FLOW_WAYS; way++)
			if (read_flow(memory, &words[way],
				      first + bucket * TG_FLOW_WAYS + way, now,
				      &found) &&
			    !visit(context, &found))
				return false;
	}
	return true;
}
