// SPDX-License-Identifier: GPL-2.0-only
/*
 * flow_tcp_random - random conversations of two TCP ends pass by a flow.
 * Nothing that the exact window holds is refused, nothing that is far from it
 * is accepted, and blind segments change nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "flows/tcp_flow.h"
#include "flows/tcp_talk.h"
#include "sanitized.h"
#include "tap.h"

#define TALKS SANITIZED_OR(4000, 100000)

/* What an end has sent, exactly: counted in 64 bits, from numbers near 2^33. */
struct exact_end {
	bool is_seen;
	int64_t end, limit;
	int64_t window; /* the largest that it has offered */
	int scale;	/* -1: no option */
};

struct watch {
	struct tcp_talk talk;
	struct tcp_flow flow;
	struct exact_end ends[2];
	bool first_is_high;
	bool is_partial; /* the windows are not known */
	const char *problem;
	/* the latest segment, and what it found */
	struct tg_flow_segment segment;
	bool is_high;
	struct tcp_flow before;
	uint64_t passed, refused, blind;
	unsigned int is_seen[TG_FLOW_STATES];
};

#define ORIGIN (1LL << 33)

static int64_t near(uint32_t number, int64_t to)
{
	return to + (int32_t)(number - (uint32_t)to);
}

static int64_t exact_window(const struct exact_end *end,
			    const struct exact_end *other,
			    const struct tg_flow_segment *segment)
{
	bool is_scaled = !(segment->flags & TG_FLOW_SYN) && end->scale >= 0 &&
			 other->scale >= 0;

	return (int64_t)segment->window << (is_scaled ? end->scale : 0);
}

/* Inside the window without any tolerance, as both ends are known. */
static bool is_exact(const struct watch *watch, bool is_second,
		     const struct tg_flow_segment *segment, int64_t tolerance)
{
	const struct exact_end *from = &watch->ends[is_second];
	const struct exact_end *to = &watch->ends[!is_second];
	int64_t window = to->window, limit = from->limit, seq, ack;

	if (watch->is_partial || !from->is_seen || !to->is_seen)
		return true;
	/* more than was allowed has passed, such as the probe of a window */
	if (tolerance && limit < from->end)
		limit = from->end;
	seq = near(segment->seq, from->end);
	ack = near(segment->ack, to->end);
	/* the window of a SYN is rounded up to what the scale can say */
	window += tolerance * (window + (1 << 14));
	if (seq > limit + tolerance * window ||
	    seq + tg_flow_tcp_length(segment) < from->end - window - 1)
		return false;
	if (!(segment->flags & TG_FLOW_ACK))
		return true;
	return ack <= to->end + tolerance * from->window &&
	       ack >= to->end - (2 + tolerance) * from->window -
			       TG_FLOW_LATE_ACKS;
}

static void note(struct watch *watch, bool is_second,
		 const struct tg_flow_segment *segment)
{
	struct exact_end *from = &watch->ends[is_second];
	struct exact_end *to = &watch->ends[!is_second];
	int64_t end, window;

	if (segment->flags & TG_FLOW_RST)
		return;
	if (segment->flags & TG_FLOW_SYN && !from->is_seen) {
		from->is_seen = true;
		from->end = ORIGIN + segment->seq;
		from->scale = segment->scale == TG_FLOW_NO_SCALE
				      ? -1
				      : segment->scale;
		from->limit = from->end + 1;
		if (to->is_seen)
			from->limit += to->window;
	}
	if (!from->is_seen)
		return;
	end = near(tg_flow_tcp_end(segment), from->end);
	if (from->end < end)
		from->end = end;
	window = exact_window(from, to, segment);
	if (from->window < window)
		from->window = window;
	if (!to->is_seen)
		return;
	end = segment->flags & TG_FLOW_ACK ? near(segment->ack, to->end)
					   : to->end;
	if (to->limit < end + window)
		to->limit = end + window;
}

static enum tg_flow_fact judge(struct watch *watch, bool is_high,
			       const struct tg_flow_segment *segment)
{
	watch->segment = *segment;
	watch->is_high = is_high;
	watch->before = watch->flow;
	return tcp_flow_judge(&watch->flow, is_high, segment);
}

/* Where more is asked than a place in the window. */
static bool is_strict(const struct watch *watch,
		      const struct tg_flow_segment *segment)
{
	switch (watch->before.state) {
	case TG_FLOW_PENDING:
	case TG_FLOW_SYN_SENT:
	case TG_FLOW_SYN_RECEIVED:
	case TG_FLOW_CLOSED: /* one end may have sent nothing */
		return true;
	}
	/* the other end opens no flow again */
	return segment->flags == TG_FLOW_SYN;
}

static void pass(struct watch *watch, bool is_second,
		 const struct tg_flow_segment *segment)
{
	bool is_high = is_second != watch->first_is_high;
	bool is_right = is_exact(watch, is_second, segment, 0);
	bool may_be = is_exact(watch, is_second, segment, 1);
	enum tg_flow_fact fact = judge(watch, is_high, segment);

	watch->passed++;
	watch->is_seen[watch->flow.state]++;
	if (fact == TG_FLOW_FACT_INVALID) {
		watch->refused++;
		if (is_right && !is_strict(watch, segment))
			watch->problem = "a segment in the window is refused";
		return;
	}
	if (!may_be && !(segment->flags & TG_FLOW_SYN) &&
	    watch->before.state != TG_FLOW_SYN_SENT &&
	    watch->before.state != TG_FLOW_SYN_RECEIVED)
		watch->problem = "a segment far from the window is accepted";
	note(watch, is_second, segment);
}

/* --- what a program that sees nothing of the conversation may send */

static bool is_far(uint32_t number, uint32_t end, uint64_t window)
{
	uint32_t distance = number - end;
	uint64_t limit = 4 * window + 1000000;

	return distance > limit && -distance > limit;
}

static void send_blind(struct watch *watch)
{
	static const uint8_t kinds[] = {
		TG_FLOW_RST,
		TG_FLOW_RST | TG_FLOW_ACK,
		TG_FLOW_ACK,
		TG_FLOW_ACK | TG_FLOW_PSH,
		TG_FLOW_FIN | TG_FLOW_ACK,
		TG_FLOW_SYN | TG_FLOW_ACK,
		TG_FLOW_SYN,
	};
	struct random *random = &watch->talk.random;
	struct tcp_flow before = watch->flow;
	bool is_high = random_below(random, 2);
	bool is_reply = before.by_high != is_high;
	const struct tg_flow_peer *peers = before.peers;
	struct tg_flow_segment segment = {
		.seq = random_next(random),
		.ack = random_next(random),
		.size = random_below(random, 2) * random_below(random, 1460),
		.window = random_next(random),
		.flags = kinds[random_below(random, sizeof(kinds))],
		.scale = TG_FLOW_NO_SCALE,
	};
	uint64_t windows[2];
	enum tg_flow_fact fact;

	for (int i = 0; i < 2; i++)
		windows[i] = tg_flow_tcp_window(&peers[i], &peers[!i]);
	if (!is_far(segment.seq, peers[is_high].end, windows[!is_high]) ||
	    !is_far(segment.ack, peers[!is_high].end, windows[is_high]))
		return;
	/* what begins a flow */
	if (!before.state || before.state == TG_FLOW_SYN_SENT ||
	    (segment.flags == TG_FLOW_SYN && before.state >= TG_FLOW_TIME_WAIT))
		return;
	watch->blind++;
	fact = judge(watch, is_high, &segment);
	if (segment.flags == TG_FLOW_SYN && !is_reply) {
		/* passes, and is noted, but so that the flow stays as it is */
		watch->flow.peers[is_high].flags &= ~TG_FLOW_SYN_AGAIN;
		before.peers[is_high].flags &= ~TG_FLOW_SYN_AGAIN;
		if (fact != TG_FLOW_FACT_ESTABLISHED)
			watch->problem = "a SYN in a flow is refused";
	} else if (fact != TG_FLOW_FACT_INVALID) {
		watch->problem = "a blind segment is accepted";
	}
	if (memcmp(&before, &watch->flow, sizeof(before)) != 0)
		watch->problem = "a blind segment changes the flow";
}

/* --- conversations */

static bool ends_well(const struct watch *watch)
{
	const struct tcp_end *ends = watch->talk.ends;
	uint8_t state = watch->flow.state;

	if (watch->talk.is_stuck)
		return false;
	if (ends[0].phase == TCP_OPEN && ends[1].phase == TCP_OPEN)
		return state == TG_FLOW_TIME_WAIT;
	/* otherwise, the last RST may be lost, or not be exact */
	return watch->talk.lost || watch->talk.reordered ||
	       watch->talk.has_crashed || state != TG_FLOW_ESTABLISHED;
}

static void have_talk(struct watch *watch, bool with_blind)
{
	struct tg_flow_segment segment;
	bool is_second;

	memset(watch->ends, 0, sizeof(watch->ends));
	while (!watch->problem &&
	       tcp_talk_next(&watch->talk, &is_second, &segment)) {
		pass(watch, is_second, &segment);
		if (with_blind && !watch->problem)
			send_blind(watch);
	}
	if (!watch->problem && !ends_well(watch))
		watch->problem = "the flow does not end with its ends";
}

static void report(struct tap *tap, const struct watch *watch, uint64_t seed)
{
	const struct tcp_flow *flow = &watch->before;
	const struct tg_flow_segment *segment = &watch->segment;
	const struct tg_flow_peer *from = &flow->peers[watch->is_high];
	const struct tg_flow_peer *to = &flow->peers[!watch->is_high];

	tap_note(tap, "seed %lu: %s", (unsigned long)seed, watch->problem);
	tap_note(tap, "%s, %s: flags %#x, size %u, window %u",
		 tcp_flow_state_name(flow->state),
		 flow->by_high != watch->is_high ? "reply" : "original",
		 segment->flags, segment->size, segment->window);
	tap_note(tap,
		 "sequence: end %+d, max_end %+d, flags %#x, window %u << %u",
		 segment->seq - from->end, segment->seq - from->max_end,
		 from->flags, from->window, from->scale);
	tap_note(tap, "ack: end %+d, max_end %+d, flags %#x, window %u << %u",
		 segment->ack - to->end, segment->ack - to->max_end, to->flags,
		 to->window, to->scale);
}

static void test_talks(struct tap *tap, bool with_blind, const char *name)
{
	static const uint32_t sizes[] = { 1, 536, 1448, 65536, 524288 };
	struct watch watch = { 0 };

	for (uint64_t seed = 1; seed <= TALKS && !watch.problem; seed++) {
		watch.first_is_high = seed & 1;
		watch.flow = (struct tcp_flow){ 0 };
		tcp_talk_start(&watch.talk, seed, sizes[seed % 5]);
		have_talk(&watch, with_blind);
		/* again, from the state that the first one left behind */
		if (watch.flow.state == TG_FLOW_TIME_WAIT &&
		    watch.flow.by_high == watch.first_is_high) {
			tcp_talk_restart(&watch.talk);
			have_talk(&watch, with_blind);
		}
		if (watch.problem)
			report(tap, &watch, seed);
	}
	tap_note(tap, "%lu segments passed, %lu of them refused, %lu blind",
		 (unsigned long)watch.passed, (unsigned long)watch.refused,
		 (unsigned long)watch.blind);
	tap_ok(tap, !watch.problem, "%s", name);
}

/* The flow's first segments were not seen, so their windows are not known. */
static void test_picked_up(struct tap *tap)
{
	struct watch watch = { .is_partial = true };
	struct tg_flow_segment segment;
	bool is_second;

	for (uint64_t seed = 1; seed <= TALKS && !watch.problem; seed++) {
		unsigned int unseen = 1 + seed % 50;

		watch.flow = (struct tcp_flow){ 0 };
		tcp_talk_start(&watch.talk, seed, 1448);
		while (!watch.problem &&
		       tcp_talk_next(&watch.talk, &is_second, &segment))
			if (!unseen)
				pass(&watch, is_second, &segment);
			else
				unseen--;
		if (watch.problem)
			report(tap, &watch, seed);
	}
	tap_note(tap, "%lu segments passed", (unsigned long)watch.passed);
	tap_ok(tap,
	       !watch.problem && watch.is_seen[TG_FLOW_PICKED_UP] &&
		       watch.is_seen[TG_FLOW_TIME_WAIT],
	       "conversations are picked up anywhere in the middle");
}

/* A sender with a window of 64 KiB: most segments change nothing. */
static void test_stores(struct tap *tap)
{
	struct tg_flow_segment data = { .size = 1448,
					.window = 512,
					.flags = TG_FLOW_ACK };
	struct tg_flow_segment ack = { .window = 512, .flags = TG_FLOW_ACK };
	struct tcp_flow flow = { .state = TG_FLOW_ESTABLISHED };
	unsigned int stores = 0, refused = 0;

	for (int i = 0; i < 2; i++)
		flow.peers[i] = (struct tg_flow_peer){
			.window = 512,
			.scale = 7,
			.max_end = 65536,
			.flags = TG_FLOW_SENT_SYN | TG_FLOW_HAS_SCALE,
		};
	for (int i = 0; i < 20000; i++) {
		struct tcp_flow before = flow;

		refused += tcp_flow_judge(&flow, false, &data) !=
			   TG_FLOW_FACT_ESTABLISHED;
		stores += memcmp(&before, &flow, sizeof(flow)) != 0;
		data.seq += data.size;
		if (i % 2 == 0)
			continue;
		before = flow;
		ack.ack = data.seq;
		refused += tcp_flow_judge(&flow, true, &ack) !=
			   TG_FLOW_FACT_ESTABLISHED;
		stores += memcmp(&before, &flow, sizeof(flow)) != 0;
	}
	tap_note(tap, "%u of 30000 segments stored something", stores);
	tap_ok(tap, !refused && stores && stores < 30000 / 4,
	       "few segments of a long transfer are stored");
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 4);

	test_talks(&tap, false,
		   "what the window holds is accepted, nothing far from it");
	test_talks(&tap, true, "blind segments change nothing");
	test_picked_up(&tap);
	test_stores(&tap);
	return tap_end(&tap);
}
