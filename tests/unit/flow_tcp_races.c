// SPDX-License-Identifier: GPL-2.0-only
/*
 * flow_tcp_races - four threads judge segments of one flow at once, two for
 * each direction. What an end has sent never goes back, flags are not lost, and
 * no segment is refused.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "flows/tcp_flow.h"
#include "sanitized.h"
#include "tap.h"

#define SEGMENTS SANITIZED_OR(200000, 800000) /* of a direction */
#define SIZE 1000
/* Larger than all of it: a thread may be late by any number of segments. */
#define WINDOW 65535
#define SCALE 14

struct race {
	struct tcp_flow flow;
	atomic_uint next[2]; /* segments of a direction that were begun */
	atomic_uint refused;
	atomic_uint went_back;
	atomic_bool is_over;
};

struct runner {
	struct race *race;
	pthread_t thread;
	bool is_second;
};

static void send(struct race *race, bool is_second, unsigned int number)
{
	struct tg_flow_segment segment = {
		.seq = number * SIZE,
		.ack = atomic_load(&race->next[!is_second]) * SIZE,
		.size = SIZE,
		.window = WINDOW,
		.flags = TG_FLOW_ACK | (number % 5 ? 0 : TG_FLOW_PSH),
	};

	if (tg_flow_tcp_next(race->flow.peers, is_second, is_second,
			     TG_FLOW_ESTABLISHED,
			     &segment) != TG_FLOW_ESTABLISHED)
		atomic_fetch_add(&race->refused, 1);
}

static void *run(void *argument)
{
	struct runner *runner = argument;
	struct race *race = runner->race;
	unsigned int number;

	while ((number = atomic_fetch_add(&race->next[runner->is_second], 1)) <
	       SEGMENTS)
		send(race, runner->is_second, number);
	return NULL;
}

/* Is any number lower than it was? */
static void *watch(void *argument)
{
	struct race *race = argument;
	struct tg_flow_peer before[2];

	memcpy(before, race->flow.peers, sizeof(before));
	while (!atomic_load(&race->is_over))
		for (int i = 0; i < 2; i++) {
			const struct tg_flow_peer *peer = &race->flow.peers[i];
			__u32 end = TG_READ(peer->end);
			__u32 max_end = TG_READ(peer->max_end);

			if (tg_flow_tcp_after(before[i].end, end) ||
			    tg_flow_tcp_after(before[i].max_end, max_end))
				atomic_fetch_add(&race->went_back, 1);
			before[i].end = end;
			before[i].max_end = max_end;
		}
	return NULL;
}

static void prepare(struct race *race)
{
	*race = (struct race){ .flow = { .state = TG_FLOW_ESTABLISHED } };
	for (int i = 0; i < 2; i++)
		race->flow.peers[i] = (struct tg_flow_peer){
			.window = WINDOW,
			.scale = SCALE,
			.flags = TG_FLOW_SENT_SYN | TG_FLOW_HAS_SCALE,
		};
}

/* A processor has read `seen`; others have stored `now` since. */
static __u32 advanced(__u32 seen, __u32 now, __u32 value)
{
	tg_flow_tcp_advance(&now, seen, value);
	return now;
}

static void test_late(struct tap *tap)
{
	tap_ok(tap,
	       advanced(100, 100, 200) == 200 &&
		       advanced(100, 300, 200) == 300 &&
		       advanced(100, 300, 400) == 400 &&
		       advanced(-100, 300, -50) == 300 &&
		       advanced(-100, -20, 300) == 300,
	       "a processor that is late takes nothing back");
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 4);
	struct runner runners[4];
	static struct race race;
	bool is_kept = true;
	pthread_t watcher;

	test_late(&tap);
	prepare(&race);
	for (int i = 0; i < 4; i++) {
		runners[i] =
			(struct runner){ .race = &race, .is_second = i & 1 };
		if (pthread_create(&runners[i].thread, NULL, run, &runners[i]))
			return EXIT_FAILURE;
	}
	if (pthread_create(&watcher, NULL, watch, &race))
		return EXIT_FAILURE;
	for (int i = 0; i < 4; i++)
		pthread_join(runners[i].thread, NULL);
	atomic_store(&race.is_over, true);
	pthread_join(watcher, NULL);
	for (int i = 0; i < 2; i++)
		is_kept &= race.flow.peers[i].flags & TG_FLOW_SENT_SYN &&
			   race.flow.peers[i].flags & TG_FLOW_HAS_SCALE &&
			   race.flow.peers[i].window == WINDOW &&
			   race.flow.peers[i].end > SEGMENTS / 2 * SIZE;
	tap_note(&tap, "ends: %u, %u", race.flow.peers[0].end,
		 race.flow.peers[1].end);
	tap_ok(&tap, !race.went_back,
	       "what an end has sent and may send never goes back");
	tap_ok(&tap, !race.refused, "no segment is refused");
	tap_ok(&tap, is_kept, "ends, flags and windows are kept");
	return tap_end(&tap);
}
