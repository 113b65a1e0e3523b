// SPDX-License-Identifier: GPL-2.0-only
#include "change.h"

/* As long after its deadline, no program is writing a claimed way any more. */
#define CLAIM_SECONDS 60

/* In the order of a key; then peers are exchanged, too. */
static void order_ends(struct tg_flow_wish *wish, bool is_by_second)
{
	struct tg_flow_peer low = wish->flow.peers[0];

	if (tg_flow_order(&wish->flow.key)) {
		wish->flow.peers[0] = wish->flow.peers[1];
		wish->flow.peers[1] = low;
		is_by_second = !is_by_second;
	}
	wish->flags = is_by_second ? TG_FLOW_BY_HIGH : 0;
}

void flow_add_to(const struct flow_memory *memory,
		 const struct flow_addition *addition, struct flow_tally *tally)
{
	const struct tg_flow_head *head = flow_head(memory);
	struct tg_flow_wish wish = {
		.flow = addition->flow,
		.now = tg_flow_now(),
		.time = addition->time,
		.state = addition->state,
	};
	struct tg_flow_place place;
	int answer = TG_FLOW_THERE;

	order_ends(&wish, addition->is_by_second);
	wish.hash = tg_flow_hash(head, &wish.flow.key);
	if (!tg_flow_find(memory, head, &wish.flow.key, wish.hash, wish.now,
			  &place))
		answer = tg_flow_add(memory, head, &wish);
	tally->added += answer == TG_FLOW_ADDED;
	tally->there += answer == TG_FLOW_THERE;
	tally->refused += answer == TG_FLOW_TABLE_FULL;
}

/* A packet may prolong it meanwhile, or another flow may take its place. */
bool flow_remove(const struct flow_found *found)
{
	uint64_t word = found->word;

	while (TG_FLOW_MARK(word) == TG_FLOW_MARK(found->word) &&
	       flow_word_is_live(word, tg_flow_now())) {
		uint64_t there = __sync_val_compare_and_swap(
			found->place, word, (uint64_t)TG_FLOW_FREE);

		if (there == word)
			return true;
		word = there;
	}
	return false;
}

void flow_recover(const struct flow_memory *memory, uint32_t now)
{
	const struct tg_flow_head *head = flow_head(memory);
	uint64_t *words = tg_flow_line(memory, TG_FLOW_FIRST_BUCKET);

	for (size_t i = 0; i < (size_t)head->buckets * TG_FLOW_WAYS; i++) {
		uint64_t word = __atomic_load_n(&words[i], __ATOMIC_RELAXED);

		if (TG_FLOW_MARK(word) == TG_FLOW_BUSY &&
		    TG_FLOW_DEADLINE(word) + TG_FLOW_TIME(CLAIM_SECONDS) <= now)
			__sync_val_compare_and_swap(&words[i], word,
						    (uint64_t)TG_FLOW_FREE);
	}
}
