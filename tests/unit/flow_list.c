// SPDX-License-Identifier: GPL-2.0-only
/*
 * flow_list - random flows are added to a table, saved as text, read again and
 * added to another table: both have the same flows. Lines with a changed byte
 * are read or reported. Then ways that a killed tool has left claimed.
 */
#include <netinet/in.h>
#include <string.h>

#include "flows/change.h"
#include "flows/list_read.h"
#include "sanitized.h"
#include "tap.h"

#define FLOWS SANITIZED_OR(2000, 20000)
#define DAMAGED SANITIZED_OR(5000, 100000)
#define BUCKETS FLOWS /* so that none is refused */

static uint64_t state = 88172645463325252;

static uint32_t below(uint32_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state * 2685821657736338717 >> 33) % limit;
}

/* --- tables */

static void make_table(struct flow_memory *memory, uint32_t buckets)
{
	memory->lines = TG_FLOW_LINES(buckets);
	memory->start = aligned_alloc(TG_FLOW_LINE,
				      (size_t)memory->lines * TG_FLOW_LINE);
	if (!memory->start)
		abort();
	memset(memory->start, 0, (size_t)memory->lines * TG_FLOW_LINE);
	*flow_head(memory) = (struct tg_flow_head){
		.version = TG_FLOW_VERSION,
		.lines = memory->lines,
		.buckets = buckets,
		.flows = flow_table_room(buckets),
	};
	for (int i = 0; i < TG_FLOW_SECRETS; i++)
		flow_head(memory)->secret[i] = below(1U << 31);
}

/* --- random flows */

static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP,
				     IPPROTO_GRE, 253 };

static uint8_t state_for(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return TG_FLOW_SYN_SENT +
		       below(TG_FLOW_UDP_SENT - TG_FLOW_SYN_SENT);
	case IPPROTO_UDP:
		return TG_FLOW_UDP_SENT + below(3);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return TG_FLOW_ICMP_SENT + below(2);
	default:
		return TG_FLOW_OTHER_SENT + below(2);
	}
}

static void set_ports(struct flow_addition *addition)
{
	struct tg_flow_key *key = &addition->flow.key;

	switch (key->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		/* two ports of 0 are none */
		key->low_port = 1 + below(65535);
		key->high_port = below(65536);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		key->low_port = below(65536);
		break;
	}
	if (below(8))
		return;
	addition->state = TG_FLOW_FRAGMENTS;
	key->form = key->form == TG_FLOW_IP6 ? TG_FLOW_FRAGMENT6
					     : TG_FLOW_FRAGMENT4;
	key->low_port = below(65536);
	key->high_port = below(65536);
}

static struct flow_addition random_addition(uint32_t number)
{
	struct flow_addition addition = { .time = 1 + below(6000000) };
	struct tg_flow_key *key = &addition.flow.key;
	bool is_ip6 = below(2);

	key->protocol = protocols[below(sizeof(protocols))];
	if (key->protocol == IPPROTO_ICMP && is_ip6)
		key->protocol = IPPROTO_ICMPV6;
	addition.state = state_for(key->protocol);
	key->form = is_ip6 ? TG_FLOW_IP6 : TG_FLOW_IP4;
	for (int i = 0; i < (is_ip6 ? 4 : 1); i++) {
		key->low[i] = below(1U << 31);
		key->high[i] = below(4) ? below(1U << 31) : key->low[i];
	}
	key->low[0] = number; /* no flow comes twice */
	set_ports(&addition);
	if (!below(4))
		key->vlan = TG_FLOW_VLAN(below(4096));
	addition.is_by_high = below(2);
	for (int i = 0; i < 2 && key->protocol == IPPROTO_TCP &&
			addition.state != TG_FLOW_FRAGMENTS;
	     i++)
		addition.flow.peers[i] = (struct tg_flow_peer){
			.end = below(1U << 31) * 2,
			.max_end = below(1U << 31) * 2 + 1,
			.window = below(65536),
			.scale = below(15),
			.flags = below(256),
		};
	return addition;
}

/* --- text */

struct text {
	char *bytes;
	size_t size;
};

static bool save_flow(void *context, const struct flow_found *found)
{
	flow_save_line(context, found, tg_flow_now());
	return true;
}

static struct text save(const struct flow_memory *memory)
{
	struct text text;
	FILE *out = open_memstream(&text.bytes, &text.size);

	if (!out)
		abort();
	flow_table_visit(memory, tg_flow_now(), save_flow, out);
	fclose(out);
	return text;
}

struct searching {
	const struct flow_memory *other;
	size_t same;
};

/* Marks are another table's. Deadlines are rounded to seconds, up. */
static bool is_same(const struct flow_found *found,
		    const struct tg_flow_place *place)
{
	uint32_t later =
		TG_FLOW_DEADLINE(place->seen) - TG_FLOW_DEADLINE(found->word);

	return TG_FLOW_STATE_OF(place->seen) == TG_FLOW_STATE_OF(found->word) &&
	       TG_FLOW_FLAGS(place->seen) == TG_FLOW_FLAGS(found->word) &&
	       !memcmp(place->flow, &found->flow, sizeof(found->flow)) &&
	       later <= TG_FLOW_TIME(1) + 1;
}

static bool find_in_other(void *context, const struct flow_found *found)
{
	struct searching *searching = context;
	const struct tg_flow_head *head = flow_head(searching->other);
	struct tg_flow_place place;

	if (tg_flow_find(searching->other, head, &found->flow.key,
			 tg_flow_hash(head, &found->flow.key), tg_flow_now(),
			 &place))
		searching->same += is_same(found, &place);
	return true;
}

static void test_round_trip(struct tap *tap, struct text *saved)
{
	struct flow_memory one, other;
	struct flow_tally tally = { 0 }, again = { 0 };
	struct flow_reading reading = { .file = "saved" };
	struct searching searching = { .other = &other };
	struct flow_counts counts;

	make_table(&one, BUCKETS);
	make_table(&other, BUCKETS + 7);
	for (uint32_t i = 0; i < FLOWS; i++) {
		struct flow_addition addition = random_addition(i);

		flow_add_to(&one, &addition, &tally);
	}
	flow_table_count(&one, tg_flow_now(), &counts);
	tap_ok(tap, tally.added == FLOWS && counts.all == FLOWS,
	       "all flows are added, and counted");
	*saved = save(&one);
	tap_ok(tap,
	       flow_read_text(&reading, saved->bytes, saved->size) &&
		       !reading.bad && reading.count == FLOWS,
	       "what is saved is read again");
	for (size_t i = 0; i < reading.count; i++) {
		flow_add_to(&other, &reading.list[i], &again);
		flow_add_to(&one, &reading.list[i], &tally);
	}
	flow_table_visit(&one, tg_flow_now(), find_in_other, &searching);
	tap_ok(tap, again.added == FLOWS && searching.same == FLOWS,
	       "and gives another table the same flows");
	tap_ok(tap, tally.there == FLOWS && tally.added == FLOWS,
	       "in the first one, they are there already");
	free(reading.list);
	free(one.start);
	free(other.start);
}

static void test_damage(struct tap *tap, const struct text *saved)
{
	size_t count = 0, bad = 0;

	freopen("/dev/null", "w", stderr);
	for (int i = 0; i < DAMAGED; i++) {
		size_t start = below(saved->size - 200);
		struct flow_reading reading = { .file = "damaged" };
		char bytes[200];

		memcpy(bytes, saved->bytes + start, sizeof(bytes));
		bytes[below(sizeof(bytes))] = below(256);
		if (!flow_read_text(&reading, bytes, 1 + below(sizeof(bytes))))
			abort();
		count += reading.count;
		bad += reading.bad;
		free(reading.list);
	}
	tap_ok(tap, count > 0 && bad > 0,
	       "damaged lines are read or reported: %zu, %zu", count, bad);
}

/* --- claimed ways */

static void test_recover(struct tap *tap)
{
	struct flow_memory memory;
	uint64_t *words;
	uint32_t minute = TG_FLOW_TIME(60);

	make_table(&memory, 1);
	words = tg_flow_line(&memory, TG_FLOW_FIRST_BUCKET);
	flow_clock = 10 * minute;
	words[0] = TG_FLOW_WORD(TG_FLOW_BUSY, 0, 0, flow_clock);
	words[1] = TG_FLOW_WORD(TG_FLOW_BUSY, 0, 0, flow_clock - minute + 1);
	words[2] = TG_FLOW_WORD(TG_FLOW_BUSY, 0, 0, flow_clock - minute);
	words[3] = TG_FLOW_WORD(TG_FLOW_MARK_MIN, TG_FLOW_ESTABLISHED, 0, 1);
	flow_recover(&memory, flow_clock);
	tap_ok(tap,
	       TG_FLOW_MARK(words[0]) == TG_FLOW_BUSY &&
		       TG_FLOW_MARK(words[1]) == TG_FLOW_BUSY,
	       "a way that was claimed less than a minute ago stays claimed");
	tap_ok(tap, !words[2], "and is free after that");
	tap_ok(tap, words[3], "flows that have expired stay as they are");
	free(memory.start);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 8);
	struct text saved;

	flow_clock = 1000;
	test_round_trip(&tap, &saved);
	test_damage(&tap, &saved);
	test_recover(&tap);
	free(saved.bytes);
	return tap_end(&tap);
}
