// SPDX-License-Identifier: GPL-2.0-only
/*
 * sets - random packets are looked up in random sets by the code of the policy
 * plugin, in the kernel, and change sets; the answers against a plain list of
 * what is in them. Needs root.
 *
 *	build/tests/sets build/tests/sets.bpf.o [ROUNDS [SEED]]
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "packet_ends.h"
#include "set_subject.h"
#include "set_values.h"

#define EXIT_USAGE 2
#define ROUNDS 12
#define PACKETS 600
#define SAMPLES 200 /* packets whose values are put into sets */
#define ENTRIES 500
#define ROOM 100000
#define FRAME_MIN 54 /* of a skb that is run */
#define SMALL 52     /* entries of a set that becomes full */
#define SOON 9000    /* units of time: not while the test runs */

static void next_packet(struct set_subject *subject,
			struct random_packet *packet)
{
	do
		random_packet(&subject->random, packet);
	while (packet->size < FRAME_MIN);
}

/* --- random sets */

static uint32_t some_deadline(struct random *random)
{
	uint32_t now = tg_set_now();

	if (random_is(random, 50))
		return TG_SET_FOREVER;
	return random_is(random, 70) ? now + SOON + random_below(random, 3)
				     : now - 2 - random_below(random, 50);
}

/* A value of the packet's, or the prefix around it. */
static bool some_entry(struct set_subject *subject,
		       const struct set_values *values,
		       struct set_listed *listed)
{
	struct random *random = &subject->random;
	uint32_t place = random_below(random, subject->sets.count);
	enum tg_set_kind kind = subject->sets.sets[place].kind;
	uint32_t side = random_below(random, TG_SIDES);
	bool is_ip4 = values->family == TG_FAMILY_IP4;
	const uint8_t *lengths = subject->sets.lengths;

	if (!values->has[side][kind])
		return false;
	*listed = (struct set_listed){
		.key = values->keys[side][kind],
		.set = subject->sets.sets[place].number,
		.deadline = some_deadline(random),
		.is_hashed = true,
	};
	if (kind != TG_SET_ADDRESSES || random_is(random, 40))
		return true;
	if (random_is(random, 20)) { /* as a rule would */
		set_bed_cut(&listed->key,
			    lengths[2 * random_below(random, 2) + !is_ip4]);
		return true;
	}
	listed->is_hashed = false;
	listed->is_exception = random_is(random, 15);
	set_bed_cut(&listed->key,
		    is_ip4 ? TG_SET_FORM_IP4(random_below(random, 33))
			   : TG_SET_FORM_IP6(random_below(random, 129)));
	return true;
}

static bool fill(struct set_subject *subject)
{
	for (int i = 0; i < ENTRIES; i++) {
		struct random_packet packet;
		struct set_listed listed;
		struct set_values values;

		next_packet(subject, &packet);
		if (set_values_read(&values, &packet) &&
		    some_entry(subject, &values, &listed) &&
		    !set_bed_add(&subject->beds[TG_SET_NOW], &listed))
			return false;
	}
	return true;
}

static void declare(struct set_subject *subject)
{
	struct random *random = &subject->random;
	struct tg_policy_sets *sets = &subject->sets;

	*sets = (struct tg_policy_sets){
		.count = 1 + random_below(random, TG_SETS),
		.kinds_end = TG_SET_KINDS,
		.lengths = { TG_SET_FORM_IP4(24), TG_SET_FORM_IP6(64),
			     TG_SET_FORM_IP4(16), TG_SET_FORM_IP6(48) },
	};
	for (uint32_t i = 0; i < TG_SETS; i++) {
		uint32_t other = random_below(random, i + 1);

		sets->sets[i].kind = random_below(random, TG_SET_KINDS);
		sets->sets[i].number = sets->sets[other].number;
		sets->sets[other].number = i;
	}
	for (uint32_t i = 0; i < sets->count; i++)
		for (int side = 0; side < TG_SIDES; side++)
			if (random_is(random, 60))
				sets->asked[side][sets->sets[i].kind] |= 1U
									 << i;
}

static void ask(struct set_subject *subject)
{
	struct tg_policy *policy = &subject->policy;
	struct random *random = &subject->random;

	*policy = (struct tg_policy){ .size = 64, .used = TG_ACT_CHANGE_SETS };
	for (int side = 0; side < TG_SIDES; side++) {
		policy->ends[side] = TG_END_ALL;
		if (random_is(random, 80))
			policy->ends[side] |= TG_END_SETS;
	}
	for (int i = 0; i < TG_SET_CHANGES_MAX; i++)
		subject->changes[i] = (struct tg_set_change){
			.is_del = random_is(random, 30),
			.side = random_below(random, TG_SIDES),
			.set = random_below(random, subject->sets.count),
			.form4 = random_is(random, 50) ? TG_SET_FORM_IP4(32)
						       : TG_SET_FORM_IP4(24),
			.form6 = random_is(random, 50) ? TG_SET_FORM_IP6(128)
						       : TG_SET_FORM_IP6(48),
			.time = random_is(random, 50) ? TG_SET_FOREVER : SOON,
		};
}

/* --- what has to come out */

static uint32_t expected(const struct set_subject *subject,
			 const struct set_values *values, enum tg_side side)
{
	const struct tg_policy_sets *sets = &subject->sets;
	uint32_t found = 0;

	if (!(subject->policy.ends[side] & TG_END_SETS))
		return 0;
	for (uint32_t i = 0; i < sets->count; i++) {
		enum tg_set_kind kind = sets->sets[i].kind;

		if (sets->asked[side][kind] && values->has[side][kind] &&
		    set_bed_contains(&subject->beds[TG_SET_NOW],
				     &values->keys[side][kind],
				     sets->sets[i].number))
			found |= 1U << i;
	}
	return found;
}

static void note_change(struct set_subject *subject,
			const struct set_values *values,
			const struct tg_set_change *change)
{
	const struct tg_policy_set *set = &subject->sets.sets[change->set];
	struct set_listed listed = {
		.key = values->keys[change->side][set->kind],
		.set = set->number,
		.deadline = TG_SET_FOREVER, /* or not while the test runs */
		.is_hashed = true,
	};

	if (!values->has[change->side][set->kind])
		return;
	if (set->kind == TG_SET_ADDRESSES)
		set_bed_cut(&listed.key, values->family == TG_FAMILY_IP4
						 ? change->form4
						 : change->form6);
	for (int i = 0; i < TG_SET_PLACES; i++) {
		if (!subject->beds[i].map)
			continue;
		set_bed_note_del(&subject->beds[i], &listed.key, listed.set);
		if (!change->is_del)
			set_bed_note_add(&subject->beds[i], &listed);
	}
}

/* The table that is being made, by the tool's lookup. */
static bool check_next(struct set_subject *subject,
		       const struct set_values *values)
{
	const struct set_bed *bed = &subject->beds[TG_SET_NEXT];

	for (int i = 0; bed->map && i < TG_SETS; i++) {
		const struct tg_policy_set *set = &subject->sets.sets[i];
		const struct tg_set_key *key =
			&values->keys[TG_SIDE_FROM][set->kind];

		if (values->has[TG_SIDE_FROM][set->kind] &&
		    (set_bed_find(bed, key) >> set->number & 1) !=
			    set_bed_contains(bed, key, set->number))
			return false;
	}
	return true;
}

static bool check_packet(struct set_subject *subject, const char *section,
			 bool is_changing)
{
	struct sets_exchange *exchange = subject->exchange;
	struct random_packet packet;
	struct set_values values;
	bool is_whole;
	int err;

	next_packet(subject, &packet);
	is_whole = set_values_read(&values, &packet);
	exchange->changes = is_changing ? random_below(&subject->random, 5) : 0;
	err = set_subject_run(subject, &packet, section);
	if (err || exchange->is_parsed != is_whole) {
		tap_note(subject->tap, "%s: %s, parsed %u", section,
			 strerror(-err), exchange->is_parsed);
		return false;
	}
	for (int side = 0; is_whole && side < TG_SIDES; side++) {
		uint32_t sets = expected(subject, &values, side);

		if (exchange->sets[side] == sets)
			continue;
		tap_note(subject->tap, "%s, side %d: %08x should be %08x",
			 section, side, exchange->sets[side], sets);
		tap_dump(subject->tap, packet.bytes, packet.size);
		return false;
	}
	for (uint32_t i = 0; is_whole && i < exchange->changes; i++)
		note_change(subject, &values, &subject->changes[i]);
	return !exchange->refused && check_next(subject, &values);
}

/* --- rounds */

static void check_round(struct set_subject *subject, size_t number)
{
	static const char *const sections[] = { "xdp", "ingress", "egress" };
	bool is_right;

	declare(subject);
	ask(subject);
	is_right = set_subject_begin(subject, ROOM, number % 2) &&
		   fill(subject) && set_subject_load(subject);
	for (int i = 0; i < PACKETS && is_right; i++)
		is_right = check_packet(subject, sections[i % 3], i > SAMPLES);
	tap_ok(subject->tap, is_right,
	       "round %zu, %u sets: both ends are in the sets that the list "
	       "says, also after changes by packets",
	       number, subject->sets.count);
	set_subject_end(subject);
}

/* One set of addresses, to which every packet adds its source. */
static bool begin_adding(struct set_subject *subject, bool is_frozen)
{
	subject->policy =
		(struct tg_policy){ .size = 64, .used = TG_ACT_CHANGE_SETS };
	subject->sets = (struct tg_policy_sets){
		.count = 1,
		.kinds_end = TG_SET_ADDRESSES + 1,
		.is_frozen = is_frozen,
		.asked[TG_SIDE_FROM][TG_SET_ADDRESSES] = 1,
		.sets = { { .number = 7 } },
	};
	subject->policy.ends[TG_SIDE_FROM] = TG_END_ALL | TG_END_SETS;
	subject->changes[0] = (struct tg_set_change){
		.form4 = TG_SET_FORM_IP4(32),
		.form6 = TG_SET_FORM_IP6(128),
		.time = TG_SET_FOREVER,
	};
	return set_subject_begin(subject, SMALL, false) &&
	       set_subject_load(subject);
}

struct sent {
	uint32_t found;	  /* in the set, before they were added */
	uint32_t refused; /* additions */
};

static struct sent send_sources(struct set_subject *subject, uint32_t count)
{
	struct random_packet packet = { .size = FRAME_MIN };
	uint8_t *ip = packet.bytes + 14;
	struct sent sent = { 0 };

	packet.bytes[12] = 0x08;
	ip[0] = 0x45;
	ip[3] = FRAME_MIN - 14;
	ip[9] = 253;
	for (uint32_t i = 0; i < count; i++) {
		ip[12] = 198;
		ip[15] = i;
		subject->exchange->changes = 1;
		if (set_subject_run(subject, &packet,
				    i % 2 ? "xdp" : "ingress"))
			return (struct sent){ UINT32_MAX, UINT32_MAX };
		sent.found += subject->exchange->sets[TG_SIDE_FROM];
		sent.refused += subject->exchange->refused;
	}
	return sent;
}

static void check_full(struct set_subject *subject)
{
	bool is_made = begin_adding(subject, false);
	const struct tg_set *set = set_line(&subject->beds[0].memory, 7);
	struct sent sent = { 0 };

	if (is_made)
		sent = send_sources(subject, SMALL + 3);
	tap_ok(subject->tap,
	       is_made && !sent.found && sent.refused == 3 &&
		       set->refused == 3 && set->count == SMALL,
	       "a full set refuses what does not fit, and counts it");
	if (is_made)
		sent = send_sources(subject, SMALL);
	tap_ok(subject->tap,
	       sent.found == SMALL && !sent.refused && set->count == SMALL,
	       "what is in a full set is found, and can be added again");
	set_subject_end(subject);
}

static void check_frozen(struct set_subject *subject)
{
	bool is_made = begin_adding(subject, true);
	struct sent sent = { 0 };

	for (int i = 0; i < 2 && is_made; i++)
		sent = send_sources(subject, 2);
	tap_ok(subject->tap, is_made && !sent.found && !sent.refused,
	       "a policy whose sets are frozen changes none");
	set_subject_end(subject);
}

int main(int argc, char **argv)
{
	size_t rounds = argc > 2 ? strtoull(argv[2], NULL, 0) : ROUNDS;
	static struct set_subject subject;
	struct tap tap;

	if (argc < 2) {
		fprintf(stderr, "sets: which object is sets.bpf.o?\n");
		return EXIT_USAGE;
	}
	tap = tap_plan(stdout, rounds + 3);
	subject.tap = &tap;
	subject.path = argv[1];
	subject.random.state = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
	for (size_t i = 0; i < rounds; i++)
		check_round(&subject, i);
	check_full(&subject);
	check_frozen(&subject);
	return tap_end(&tap);
}
