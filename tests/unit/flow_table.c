// SPDX-License-Identifier: GPL-2.0-only
/*
 * flow_table - flows that are added, looked up and prolonged by either end, and
 * expire, against a plain list; and which flows make room for others.
 */
#include "flow_bed.h"
#include "tables/random.h"
#include "tap.h"

#define TESTS 14
#define POOL 400
#define STEPS 300000
#define EIGHTH 3

/* --- against a list */

struct listed {
	struct tg_flow_key key; /* ends in order */
	uint32_t deadline, state, flags;
};

struct trial {
	struct flow_bed bed;
	struct random random;
	struct listed pool[POOL];
	uint32_t times[TG_FLOW_STATES_MAX];
	bool may_be_full;
};

static struct tg_flow_key random_key(struct random *random)
{
	bool is_ip4 = random_is(random, 50);
	struct tg_flow_key key = {
		.low_port = random_below(random, 3),
		.high_port = random_below(random, 3),
		.protocol = random_is(random, 50) ? 6 : 17,
		.form = is_ip4 ? TG_FLOW_IP4 : TG_FLOW_IP6,
		.vlan = random_is(random, 10) ? TG_FLOW_VLAN(7) : 0,
	};

	for (int i = 0; i < (is_ip4 ? 1 : 4); i++) {
		key.low[i] = 0x7fffffff + random_below(random, 3);
		key.high[i] = 0x7fffffff + random_below(random, 3);
	}
	return key;
}

static bool is_same_key(const struct tg_flow_key *a,
			const struct tg_flow_key *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static void fill_pool(struct trial *trial)
{
	for (size_t i = 0; i < POOL; i++) {
		struct listed *listed = &trial->pool[i];
		bool is_new;

		do {
			is_new = true;
			*listed = (struct listed){ random_key(&trial->random),
						   0, 0, 0 };
			tg_flow_order(&listed->key);
			for (size_t j = 0; j < i && is_new; j++)
				is_new = !is_same_key(&trial->pool[j].key,
						      &listed->key);
		} while (!is_new);
	}
}

static bool is_listed(const struct trial *trial, const struct listed *listed)
{
	return listed->deadline > trial->bed.clock;
}

/* A flow of last rank may not have found a place, but never loses it. */
static bool check_found(struct trial *trial, struct listed *listed)
{
	struct tg_flow_key key = listed->key;
	struct tg_flow_place place;

	if (random_is(&trial->random, 50)) {
		key = flow_bed_reply(&key);
		tg_flow_order(&key);
	}
	if (flow_bed_find(&trial->bed, &key, &place) !=
	    is_listed(trial, listed))
		return false;
	return !is_listed(trial, listed) ||
	       (is_same_key(&place.flow->key, &listed->key) &&
		TG_FLOW_STATE_OF(place.seen) == listed->state &&
		TG_FLOW_FLAGS(place.seen) == listed->flags &&
		TG_FLOW_DEADLINE(place.seen) == listed->deadline);
}

static bool add_listed(struct trial *trial, struct listed *listed)
{
	uint32_t time = 1 + random_below(&trial->random, 200);
	int answer = flow_bed_add(&trial->bed, &listed->key,
				  TG_FLOW_ESTABLISHED, time);

	if (answer == TG_FLOW_TABLE_FULL)
		return trial->may_be_full;
	listed->deadline = trial->bed.clock + time;
	listed->state = TG_FLOW_ESTABLISHED;
	listed->flags = 0;
	return answer == TG_FLOW_ADDED;
}

static bool update_listed(struct trial *trial, struct listed *listed)
{
	uint32_t state = random_is(&trial->random, 50) ? TG_FLOW_ESTABLISHED
						       : TG_FLOW_UDP_STREAM;
	uint32_t flags =
		random_is(&trial->random, 80) ? listed->flags : TG_FLOW_BY_HIGH;
	uint32_t now = trial->bed.clock, time = trial->times[state];
	struct tg_flow_place place;
	bool is_kept = state == listed->state && flags == listed->flags &&
		       now + time - listed->deadline <= time >> EIGHTH;

	if (!flow_bed_find(&trial->bed, &listed->key, &place) ||
	    tg_flow_update(&place, state, flags, now, trial->times) !=
		    TG_FLOW_UPDATED)
		return false;
	listed->state = state;
	listed->flags = flags;
	if (!is_kept)
		listed->deadline = now + time;
	return true;
}

static bool step(struct trial *trial)
{
	struct listed *listed =
		&trial->pool[random_below(&trial->random, POOL)];

	trial->bed.clock += random_below(&trial->random, 40) == 0;
	if (!check_found(trial, listed))
		return false;
	if (!is_listed(trial, listed))
		return add_listed(trial, listed);
	return update_listed(trial, listed);
}

static void run_trial(struct tap *tap, uint32_t buckets, bool may_be_full,
		      const char *what)
{
	static struct trial trial;
	uint32_t done = 0;

	trial = (struct trial){ .random = { 1 }, .may_be_full = may_be_full };
	for (int i = 0; i < TG_FLOW_STATES; i++)
		trial.times[i] = 30 + 5 * i;
	flow_bed_make(&trial.bed, buckets);
	fill_pool(&trial);
	while (done < STEPS && step(&trial))
		done++;
	if (!tap_ok(tap, done == STEPS, "%s", what))
		tap_note(tap, "step %u", done);
	flow_bed_free(&trial.bed);
}

/* --- ends */

static void check_ends(struct tap *tap)
{
	struct random random = { 2 };
	bool is_right = true;

	for (int i = 0; i < 100000 && is_right; i++) {
		struct tg_flow_key sent = random_key(&random);
		struct tg_flow_key reply = flow_bed_reply(&sent), was = sent;
		bool is_high = tg_flow_order(&sent);
		bool is_same_end = is_same_key(&was, &reply);

		is_right = is_same_key(&sent, is_high ? &reply : &was) &&
			   tg_flow_order(&reply) == !(is_high || is_same_end) &&
			   is_same_key(&sent, &reply);
	}
	tap_ok(tap, is_right, "both directions of a flow have the same key");
}

/* --- who makes room: in a table of one bucket */

static uint32_t find_number(const struct flow_bed *bed, uint32_t number)
{
	struct tg_flow_key key = flow_bed_key(number);
	struct tg_flow_place place;

	return flow_bed_find(bed, &key, &place);
}

static int add_number(const struct flow_bed *bed, uint32_t number,
		      uint8_t state, uint32_t time)
{
	struct tg_flow_key key = flow_bed_key(number);

	return flow_bed_add(bed, &key, state, time);
}

static void check_evictions(struct tap *tap)
{
	static const struct {
		uint8_t state;
		uint32_t seen; /* when its last packet came */
		uint32_t time;
	} flows[] = {
		{ TG_FLOW_ESTABLISHED, 75, 1 },
		{ TG_FLOW_SYN_SENT, 70, TG_FLOW_TIME(120) },
		{ TG_FLOW_TIME_WAIT, 30, TG_FLOW_TIME(120) },
		{ TG_FLOW_SYN_RECEIVED, 60, TG_FLOW_TIME(60) },
		{ TG_FLOW_UDP_STREAM, 0, TG_FLOW_TIME(120) },
		{ TG_FLOW_LAST_ACK, 20, TG_FLOW_TIME(30) },
		{ TG_FLOW_OTHER_SENT, 50, TG_FLOW_TIME(600) },
		{ TG_FLOW_OTHER_REPLIED, 0, TG_FLOW_TIME(600) },
	};
	/* the deadlines of the last three are in another order */
	static const uint32_t order[] = { 5, 2, 6, 3, 1 };
	struct flow_bed bed;
	bool is_right = true;
	uint32_t start;

	flow_bed_make(&bed, 1);
	start = bed.clock;
	for (uint32_t i = 0; i < 8; i++) {
		bed.clock = start + flows[i].seen;
		is_right &= add_number(&bed, i, flows[i].state,
				       flows[i].time) == TG_FLOW_ADDED;
	}
	bed.clock = start + flows[0].seen;
	for (uint32_t i = 0; i < 5; i++) {
		is_right &= find_number(&bed, order[i]);
		is_right &= add_number(&bed, 100 + i, TG_FLOW_ESTABLISHED,
				       500) == TG_FLOW_ADDED;
		is_right &= !find_number(&bed, order[i]);
	}
	tap_ok(tap, is_right,
	       "closing flows make room, then unreplied ones, the one that was "
	       "silent the longest first");
	is_right = add_number(&bed, 200, TG_FLOW_SYN_SENT, 500) ==
			   TG_FLOW_TABLE_FULL &&
		   find_number(&bed, 0) && find_number(&bed, 4) &&
		   find_number(&bed, 7) && find_number(&bed, 100);
	tap_ok(tap, is_right, "a full bucket refuses, and keeps what it has");
	bed.clock++;
	is_right =
		!find_number(&bed, 0) &&
		add_number(&bed, 200, TG_FLOW_SYN_SENT, 500) == TG_FLOW_ADDED &&
		find_number(&bed, 200) && find_number(&bed, 4);
	tap_ok(tap, is_right, "an expired flow's way is used at once");
	flow_bed_free(&bed);
}

/* A way that another one is adding to, or a tool was killed in, stays. */
static void check_busy(struct tap *tap)
{
	struct flow_bed bed;
	bool is_right = true;

	flow_bed_make(&bed, 1);
	for (uint32_t i = 0; i < TG_FLOW_WAYS; i++)
		*flow_bed_word(&bed, i) =
			TG_FLOW_WORD(i % 2 ? TG_FLOW_BUSY : 1000 + i,
				     TG_FLOW_PENDING, 0, bed.clock + 10);
	is_right &= add_number(&bed, 1, TG_FLOW_UDP_SENT, 500) ==
		    TG_FLOW_TABLE_FULL;
	bed.clock += 10;
	for (uint32_t i = 0; i < TG_FLOW_WAYS / 2; i++)
		is_right &= add_number(&bed, i, TG_FLOW_ESTABLISHED, 500) ==
			    TG_FLOW_ADDED;
	is_right &= add_number(&bed, 100, TG_FLOW_ESTABLISHED, 500) ==
		    TG_FLOW_TABLE_FULL;
	tap_ok(tap, is_right,
	       "busy ways are never claimed, pending ones if they expired");
	flow_bed_free(&bed);
}

/* --- the same flow in another way, by the words that others have written */

struct meeting {
	const char *what;
	bool is_later; /* the other way: else it is before the one claimed */
	uint8_t state, flags;
	uint32_t left; /* until its deadline */
	int answer;
	bool is_freed, is_withdrawn;
};

/* All ways are taken but one in the middle, and the one at an end. */
static bool run_meeting(const struct meeting *meeting)
{
	struct tg_flow_key key = flow_bed_key(1);
	uint32_t at = meeting->is_later ? 7 : 0;
	__u64 word, busy, *words;
	struct tg_flow_head *head;
	struct flow_bed bed;
	bool is_right;

	flow_bed_make(&bed, 1);
	head = flow_bed_head(&bed);
	words = flow_bed_word(&bed, 0);
	busy = TG_FLOW_WORD(TG_FLOW_BUSY, 0, 0, bed.clock + 10);
	word = TG_FLOW_WORD(tg_flow_mark(tg_flow_hash(head, &key)),
			    meeting->state, meeting->flags,
			    bed.clock + meeting->left);
	for (uint32_t i = 0; i < TG_FLOW_WAYS; i++)
		words[i] = i == 4 ? 0 : busy;
	words[at] = word;
	flow_bed_flow(&bed, at)->key = key;
	is_right = flow_bed_add(&bed, &key, TG_FLOW_UDP_SENT, 50) ==
		   meeting->answer;
	is_right &= words[4] == 0 ||
		    (meeting->answer == TG_FLOW_ADDED &&
		     TG_FLOW_STATE_OF(words[4]) == TG_FLOW_UDP_SENT);
	if (meeting->is_freed)
		word = TG_FLOW_FREE;
	if (meeting->is_withdrawn)
		word |= TG_FLOW_WORD(0, 0, TG_FLOW_WITHDRAWN, 0);
	is_right &= words[at] == word;
	flow_bed_free(&bed);
	return is_right;
}

static void check_meetings(struct tap *tap)
{
	static const struct meeting meetings[] = {
		{ "a flow is not added if it is there", true,
		  TG_FLOW_ESTABLISHED, 0, 10, TG_FLOW_THERE, false, false },
		{ "a flow is not added if it is pending in an earlier way",
		  false, TG_FLOW_PENDING, 0, 10, TG_FLOW_THERE, false, false },
		{ "a flow that is pending in a later way is withdrawn", true,
		  TG_FLOW_PENDING, 0, 10, TG_FLOW_ADDED, false, true },
		{ "a flow that was withdrawn does not count", false,
		  TG_FLOW_PENDING, TG_FLOW_WITHDRAWN, 10, TG_FLOW_ADDED, false,
		  true },
	};

	for (size_t i = 0; i < sizeof(meetings) / sizeof(*meetings); i++)
		tap_ok(tap, run_meeting(&meetings[i]), "%s", meetings[i].what);
}

/* Another processor read its clock before the flow expired. */
static void check_late_update(struct tap *tap)
{
	uint32_t times[TG_FLOW_STATES_MAX] = { [TG_FLOW_UDP_SENT] = 50 };
	struct tg_flow_key key = flow_bed_key(1);
	struct tg_flow_place place = { 0 };
	struct flow_bed bed;
	bool is_right;

	flow_bed_make(&bed, 1);
	flow_bed_add(&bed, &key, TG_FLOW_UDP_SENT, 1);
	is_right = flow_bed_find(&bed, &key, &place);
	/* the flow's first way is taken: it goes into another one */
	for (uint32_t i = 0; i < TG_FLOW_WAYS; i++)
		if (flow_bed_word(&bed, i) == place.word) {
			*flow_bed_word(&bed, i ^ 1) = *place.word;
			*flow_bed_flow(&bed, i ^ 1) = *place.flow;
			place.word = flow_bed_word(&bed, i ^ 1);
			place.flow = flow_bed_flow(&bed, i ^ 1);
			break;
		}
	bed.clock++;
	is_right = is_right &&
		   flow_bed_add(&bed, &key, TG_FLOW_UDP_SENT, 9) ==
			   TG_FLOW_ADDED &&
		   tg_flow_update(&place, TG_FLOW_UDP_SENT, 0, bed.clock - 1,
				  times) == TG_FLOW_GONE;
	tap_ok(tap, is_right,
	       "an expired flow is not prolonged once it is added anew");
	flow_bed_free(&bed);
}

/* --- how many find a place */

/* Of as many flows as a table is for, all of last rank. */
static void check_fill(struct tap *tap)
{
	uint32_t flows = TG_FLOWS_DEFAULT, refused = 0, lost = 0;
	struct flow_bed bed;

	flow_bed_make(&bed, TG_FLOW_BUCKETS(flows));
	for (uint32_t i = 0; i < flows; i++)
		refused += add_number(&bed, i, TG_FLOW_ESTABLISHED, 1000) !=
			   TG_FLOW_ADDED;
	for (uint32_t i = 0; i < flows; i++)
		lost += !find_number(&bed, i);
	if (!tap_ok(tap, refused * 200 < flows * 3 && lost == refused,
		    "of as many flows as the table is for, 98.5%% find a "
		    "place") ||
	    getenv("VERBOSE"))
		tap_note(tap, "refused %u of %u, not found %u", refused, flows,
			 lost);
	flow_bed_free(&bed);
}

/* --- marks that are the same */

static void check_marks(struct tap *tap)
{
	uint32_t numbers[3], count = 0;
	struct flow_bed bed;
	bool is_right;

	flow_bed_make(&bed, 1);
	for (uint32_t i = 0; count < 3; i++) {
		struct tg_flow_key key = flow_bed_key(i);

		if (tg_flow_mark(tg_flow_hash(flow_bed_head(&bed), &key)) ==
		    TG_FLOW_MARK_MIN + 5)
			numbers[count++] = i;
	}
	is_right = add_number(&bed, numbers[0], TG_FLOW_UDP_SENT, 10) ==
			   TG_FLOW_ADDED &&
		   !find_number(&bed, numbers[1]) &&
		   add_number(&bed, numbers[1], TG_FLOW_UDP_SENT, 20) ==
			   TG_FLOW_ADDED &&
		   add_number(&bed, numbers[2], TG_FLOW_UDP_SENT, 30) ==
			   TG_FLOW_ADDED;
	for (int i = 0; i < 3; i++) {
		is_right &= find_number(&bed, numbers[i]);
		is_right &= find_number(&bed, numbers[2]);
		bed.clock += 10;
		is_right &= !find_number(&bed, numbers[i]);
	}
	tap_ok(tap, is_right, "flows with the same mark are told apart");
	flow_bed_free(&bed);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, TESTS);

	check_ends(&tap);
	run_trial(&tap, 1000, false,
		  "flows that come, change and expire are what a list says");
	run_trial(&tap, 20, true,
		  "in a table that is full, flows are what a list says");
	check_evictions(&tap);
	check_busy(&tap);
	check_meetings(&tap);
	check_late_update(&tap);
	check_fill(&tap);
	check_marks(&tap);
	return tap_end(&tap);
}
