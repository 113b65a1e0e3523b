// SPDX-License-Identifier: GPL-2.0-only
/*
 * flows - random flows are added, found and changed by a program in the kernel,
 * and by the same functions in memory: the answers and all lines of both tables
 * are the same. Needs root.
 *
 *	build/tests/flows build/tests/flows.bpf.o [STEPS [SEED]]
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>

#include "../tables/random.h"
#include "../unit/flow_bed.h"
#include "flows_exchange.h"
#include "object.h"
#include "tap.h"

#define EXIT_USAGE 2
#define STEPS 100000
#define FLOWS 300 /* more than the table has ways */
#define BUCKETS 30
#define PAGE 4096

enum program { FIND, UPDATE, ADD, PROGRAMS };

struct subject {
	struct bpf_object *object;
	int programs[PROGRAMS];
	struct flows_exchange *exchange;
	struct flow_bed kernel, native;
	struct random random;
	uint32_t times[TG_FLOW_STATES_MAX];
};

static void *map_memory(struct bpf_object *object, const char *name,
			size_t size)
{
	int map = bpf_object__find_map_fd_by_name(object, name);

	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
}

static bool load(struct subject *subject, const char *path)
{
	static const char *const names[PROGRAMS] = { "flows_find_xdp",
						     "flows_update_xdp",
						     "flows_add_xdp" };
	struct bpf_object *object = object_open(path);
	uint32_t lines = TG_FLOW_LINES(BUCKETS);

	if (!object ||
	    bpf_map__set_max_entries(
		    bpf_object__find_map_by_name(object, "tgf_flows"), lines) ||
	    bpf_object__load(object))
		return false;
	subject->object = object;
	for (int i = 0; i < PROGRAMS; i++)
		subject->programs[i] = bpf_program__fd(
			bpf_object__find_program_by_name(object, names[i]));
	subject->exchange = map_memory(object, ".bss", PAGE);
	subject->kernel = subject->native;
	subject->kernel.start =
		map_memory(object, "tgf_flows", (size_t)lines * TG_FLOW_LINE);
	if (subject->exchange == MAP_FAILED ||
	    subject->kernel.start == MAP_FAILED)
		return false;
	memcpy(subject->kernel.start, subject->native.start,
	       (size_t)lines * TG_FLOW_LINE);
	memcpy(subject->exchange->times, subject->times,
	       sizeof(subject->times));
	return true;
}

static bool run(const struct subject *subject, enum program program)
{
	static const uint8_t frame[64];
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame,
		    .data_size_in = sizeof(frame), .repeat = 1);

	return !bpf_prog_test_run_opts(subject->programs[program], &options) &&
	       options.retval == 2; /* XDP_PASS */
}

/* --- steps */

/* The answers of memory, where the program's are. */
static struct flows_exchange answer(const struct subject *subject,
				    enum program program)
{
	const struct flow_bed *bed = &subject->native;
	struct tg_flow_head *head = flow_bed_head(bed);
	struct flows_exchange exchange = *subject->exchange;
	struct tg_flow_place place;
	struct tg_flow_wish wish = {
		.flow = exchange.flow,
		.now = exchange.now,
		.time = exchange.time,
		.state = exchange.state,
		.flags = exchange.flags,
	};

	exchange.is_high = tg_flow_order(&wish.flow.key);
	wish.hash = tg_flow_hash(head, &wish.flow.key);
	if (program == ADD) {
		exchange.answer = tg_flow_add(bed, head, &wish);
		return exchange;
	}
	exchange.is_found = tg_flow_find(bed, head, &wish.flow.key, wish.hash,
					 exchange.now, &place);
	if (!exchange.is_found)
		return exchange;
	if (program == UPDATE)
		exchange.answer =
			tg_flow_update(&place, exchange.state, exchange.flags,
				       exchange.now, exchange.times);
	exchange.seen = place.seen;
	return exchange;
}

static void ask(struct subject *subject)
{
	struct random *random = &subject->random;
	struct flows_exchange *exchange = subject->exchange;
	struct tg_flow_key key = flow_bed_key(random_below(random, FLOWS));

	if (random_is(random, 50))
		key = flow_bed_reply(&key);
	subject->native.clock += random_is(random, 3);
	exchange->flow.key = key;
	exchange->flow.peers[0].end = random_next(random);
	exchange->flow.peers[1].window = random_next(random);
	exchange->now = subject->native.clock;
	exchange->time = 1 + random_below(random, 100);
	exchange->state =
		TG_FLOW_PENDING + 1 + random_below(random, TG_FLOW_STATES - 1);
	exchange->flags = random_below(random, 2);
}

static bool step(struct subject *subject)
{
	enum program program = random_below(&subject->random, PROGRAMS);
	struct flows_exchange expected;

	ask(subject);
	/* a flow is added only if it is not there */
	expected = answer(subject, program == ADD ? FIND : program);
	if (!run(subject, program == ADD ? FIND : program) ||
	    memcmp(&expected, subject->exchange, sizeof(expected)))
		return false;
	if (program != ADD || expected.is_found)
		return true;
	expected = answer(subject, ADD);
	return run(subject, ADD) &&
	       !memcmp(&expected, subject->exchange, sizeof(expected));
}

static bool is_same_table(const struct subject *subject)
{
	return !memcmp(subject->kernel.start, subject->native.start,
		       (size_t)subject->native.lines * TG_FLOW_LINE);
}

int main(int argc, char **argv)
{
	uint32_t steps = argc > 2 ? strtoull(argv[2], NULL, 0) : STEPS;
	static struct subject subject;
	struct tap tap;
	uint32_t done = 0;

	if (argc < 2) {
		fprintf(stderr, "flows: which object is flows.bpf.o?\n");
		return EXIT_USAGE;
	}
	tap = tap_plan(stdout, 2);
	subject.random.state = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
	for (int i = 0; i < TG_FLOW_STATES_MAX; i++)
		subject.times[i] = 10 + 3 * i;
	flow_bed_make(&subject.native, BUCKETS);
	if (tap_ok(&tap, load(&subject, argv[1]), "the program is loaded"))
		while (done < steps && step(&subject))
			if (++done % 64 == 0 && !is_same_table(&subject))
				break;
	if (!tap_ok(&tap, done == steps,
		    "a program answers as the same functions do in memory, and "
		    "its table has the same lines"))
		tap_note(&tap, "step %u", done);
	bpf_object__close(subject.object);
	flow_bed_free(&subject.native);
	return tap_end(&tap);
}
