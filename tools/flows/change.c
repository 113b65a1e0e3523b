// SPDX-License-Identifier: GPL-2.0-only
#include "change.h"

#include "flow_text.h"

/* As long after its deadline, no program is writing a claimed way any more. */
#define CLAIM_SECONDS 60

/* Ports that are an id do not order the ends. */
static bool order_key(struct tg_flow_key *key)
{
	uint16_t low = key->low_port, high = key->high_port;
	bool is_changed;

	if (!flow_key_has_id(key))
		return tg_flow_order(key);
	key->low_port = key->high_port = 0;
	is_changed = tg_flow_order(key);
	key->low_port = low;
	key->high_port = high;
	return is_changed;
}

/* With the ends, what they have sent is exchanged, too. */
static void order_ends(struct tg_flow_wish *wish, bool is_by_high)
{
	struct tg_flow_peer low = wish->flow.peers[0];

	if (order_key(&wish->flow.key)) {
		wish->flow.peers[0] = wish->flow.peers[1];
		wish->flow.peers[1] = low;
		is_by_high = !is_by_high;
	}
	wish->flags = is_by_high ? TG_FLOW_BY_HIGH : 0;
	/* an echo: which end asks */
	if (flow_key_has_id(&wish->flow.key) &&
	    !flow_key_is_fragment(&wish->flow.key))
		wish->flow.key.high_port = is_by_high;
}

static bool is_there(const struct flow_memory *memory,
		     const struct tg_flow_wish *wish)
{
	struct tg_flow_place place;

	return tg_flow_find(memory, flow_head(memory), &wish->flow.key,
			    wish->hash, wish->now, &place);
}

/*
 * The flow is being added by a program, which takes no time, or by a tool that
 * was killed: that one's way is open again after a second.
 */
static void wait_for_other(struct tg_flow_wish *wish)
{
	const struct timespec step = { .tv_nsec = 20 * 1000000L };

	nanosleep(&step, NULL);
	wish->now = tg_flow_now();
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
	int answer = TG_FLOW_THERE;

	order_ends(&wish, addition->is_by_high);
	wish.hash = tg_flow_hash(head, &wish.flow.key);
	while (!is_there(memory, &wish)) {
		answer = tg_flow_add(memory, head, &wish);
		if (answer != TG_FLOW_THERE)
			break;
		wait_for_other(&wish);
	}
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
