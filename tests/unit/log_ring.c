// SPDX-License-Identifier: GPL-2.0-only
/*
 * log_ring - what a reader takes of a ring of events: all in their order, those
 * that it may still read after others have replaced the rest, and none that is
 * half written; what it could not read is lost.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tap.h"
#include "watch/ring.h"

static struct tg_log_slot *slots;

static struct log_ring new_ring(void)
{
	memset(slots, 0, sizeof(*slots) * TG_LOG_ENTRIES);
	return (struct log_ring){ .slots = slots };
}

static struct tg_log_slot *begin_event(void)
{
	uint64_t number = slots->state++;
	struct tg_log_slot *slot = &slots[1 + number % TG_LOG_SLOTS];

	slot->state = TG_LOG_BUSY(number);
	slot->event = (struct tg_watch_event){ .rule = number };
	return slot;
}

static void end_event(struct tg_log_slot *slot)
{
	slot->state++;
}

static void write_events(int count)
{
	while (count--)
		end_event(begin_event());
}

/* Whether events from this one on come, and then none. */
static bool takes(struct log_ring *ring, uint32_t first, uint32_t count)
{
	struct tg_log_slot event;

	for (uint32_t i = 0; i < count; i++) {
		if (!log_ring_take(ring, &event) ||
		    event.event.rule != first + i)
			return false;
	}
	return !log_ring_take(ring, &event);
}

static void test_order(struct tap *tap)
{
	struct log_ring ring = new_ring();
	bool good = takes(&ring, 0, 0);

	write_events(3);
	good = good && takes(&ring, 0, 3);
	write_events(2);
	tap_ok(tap, good && takes(&ring, 3, 2) && !ring.lost && ring.seen == 5,
	       "events are taken in their order, each once");
	for (int i = 0; i < 3; i++) {
		write_events(TG_LOG_SLOTS - 1);
		good = good && takes(&ring, 5 + i * (TG_LOG_SLOTS - 1),
				     TG_LOG_SLOTS - 1);
	}
	tap_ok(tap, good && !ring.lost, "round the ring, too");
}

static void test_overtaken(struct tap *tap)
{
	struct log_ring ring = new_ring();

	write_events(TG_LOG_SLOTS + 10);
	tap_ok(tap,
	       takes(&ring, 10, TG_LOG_SLOTS) && ring.lost == 10 &&
		       ring.seen == TG_LOG_SLOTS + 10,
	       "what was replaced is lost, the rest is taken");
}

static void test_half_written(struct tap *tap)
{
	struct log_ring ring = new_ring();
	struct tg_log_slot *half;
	bool good;

	write_events(1);
	half = begin_event();
	write_events(1);
	good = takes(&ring, 0, 1);
	end_event(half);
	tap_ok(tap, good && takes(&ring, 1, 2) && !ring.lost,
	       "an event that is half written is waited for");
}

static void test_left(struct tap *tap)
{
	struct log_ring ring = new_ring();
	const struct timespec wait = { .tv_nsec = 120 * 1000000 };
	bool good;

	begin_event();
	write_events(2);
	good = takes(&ring, 0, 0);
	nanosleep(&wait, NULL);
	tap_ok(tap, good && takes(&ring, 1, 2) && ring.lost == 1,
	       "one that nobody ends is lost, and those after it are taken");
}

/* A writer that finds its entry in use leaves it. */
static void test_skipped(struct tap *tap)
{
	const struct timespec wait = { .tv_nsec = 120 * 1000000 };
	struct log_ring ring = new_ring();
	struct tg_log_slot *slow = begin_event();
	bool good;

	write_events(TG_LOG_SLOTS - 1);
	slots->state++; /* would be in the entry of `slow` */
	end_event(slow);
	write_events(1);
	good = takes(&ring, 2, TG_LOG_SLOTS - 2);
	nanosleep(&wait, NULL);
	tap_ok(tap, good && takes(&ring, TG_LOG_SLOTS + 1, 1) && ring.lost == 3,
	       "an event that has no entry is lost, those after it are taken");
}

static void test_bad(struct tap *tap)
{
	struct log_ring ring = new_ring();
	struct tg_log_slot *slot = begin_event(), event;

	slot->event.hook = TG_HOOKS;
	end_event(slot);
	slot = begin_event();
	slot->event.captured = TG_LOG_SNAP + 1;
	end_event(slot);
	tap_ok(tap, !log_ring_take(&ring, &event) && ring.lost == 2,
	       "events with numbers out of range are lost");
}

static void test_rule(struct tap *tap)
{
	struct rule_line lines[2] = { { .rule = "default pass" },
				      { .rule = "drop log" } };
	const struct log_ring ring = { .rules = { .lines = lines,
						  .count = 2 } };
	const struct tg_watch_event one = { .rule = 1 }, two = { .rule = 2 };

	tap_ok(tap,
	       log_ring_rule(&ring, &one) == &lines[1] &&
		       !log_ring_rule(&ring, &two),
	       "the rule of an event, or none");
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 8);

	slots = calloc(TG_LOG_ENTRIES, sizeof(*slots));
	if (!slots)
		abort();
	test_order(&tap);
	test_overtaken(&tap);
	test_half_written(&tap);
	test_left(&tap);
	test_skipped(&tap);
	test_bad(&tap);
	test_rule(&tap);
	free(slots);
	return tap_end(&tap);
}
