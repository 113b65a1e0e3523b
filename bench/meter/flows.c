// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows for flows: a table of flows, and hashes of the kernel with the same
 * keys, asked for packets of the flows in random order, from either end.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "flows_value.h"
#include "lib/kernel_tick.h"
#include "packet_frame.h"
#include "row.h"

struct flows_memory {
	char *start;
	uint32_t lines;
};

typedef const struct flows_memory *tg_flow_table;

static inline void *tg_flow_line(tg_flow_table table, uint32_t number)
{
	return number < table->lines
		       ? table->start + (size_t)number * TG_FLOW_LINE
		       : NULL;
}

#include "flow_add.h"

#define FRAMES_MAX 262144
#define UDP 17

enum sort { HASH, LRU, TABLE };

static const struct word {
	const char *name, *program;
	enum sort sort;
	bool misses;
	bool is_full; /* the table is for as many flows as are in */
} words[] = {
	{ "flow-hash", "flows_hash_lookup", HASH, false, false },
	{ "flow-hash-miss", "flows_hash_lookup", HASH, true, false },
	{ "flow-lru", "flows_lru_lookup", LRU, false, false },
	{ "flow-lru-miss", "flows_lru_lookup", LRU, true, false },
	{ "flow-hit", "flows_lookup", TABLE, false, false },
	{ "flow-hit-full", "flows_lookup", TABLE, false, true },
	{ "flow-prolong", "flows_prolong", TABLE, false, false },
	{ "flow-policy", "policy_xdp", TABLE, false, false },
	{ "flow-miss", "flows_lookup", TABLE, true, false },
	{ "flow-miss-full", "flows_lookup", TABLE, true, true },
};

/* All of a policy, of which the row is the cost. */
static bool is_policy(const struct word *word)
{
	return !strcmp(word->program, "policy_xdp");
}

struct flows {
	const struct word *word;
	struct tg_flow_key *list;
	uint32_t count; /* that are in */
};

static uint32_t room_of(const struct word *word, uint32_t count)
{
	return word->is_full || count > TG_FLOWS_DEFAULT ? count
							 : TG_FLOWS_DEFAULT;
}

/* NULL if there is no such row. */
static const struct word *read_word(const char *text, uint32_t *count)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (row_word(text, words[i].name, count))
			return *count ? &words[i] : NULL;
	return NULL;
}

/* From the end that began. Servers have even ports; odd ones are not in. */
static struct tg_flow_key make_flow(struct random *random)
{
	return (struct tg_flow_key){
		.low = { random_bits(random) },
		.high = { random_bits(random) },
		.low_port = random_bits(random),
		.high_port = random_bits(random) & 0xfffe,
		.protocol = UDP,
		.form = TG_FLOW_IP4,
	};
}

/* --- maps */

static uint32_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
	return ((uint64_t)time.tv_sec * 1000000000 + time.tv_nsec) >>
	       TG_FLOW_TIME_SHIFT;
}

static int open_table(struct bpf_object *object, uint32_t flows,
		      struct flows_memory *memory)
{
	uint32_t buckets = TG_FLOW_BUCKETS(flows);
	struct tg_flow_head head = {
		.version = TG_FLOW_VERSION,
		.lines = TG_FLOW_LINES(buckets),
		.buckets = buckets,
		.secret = { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344,
			    0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89,
			    0x452821e6, 0x38d01377 },
		.tick = kernel_tick(),
	};

	memory->lines = head.lines;
	memory->start = mmap(NULL, (size_t)head.lines * TG_FLOW_LINE,
			     PROT_READ | PROT_WRITE, MAP_SHARED,
			     row_map(object, "tgf_flows"), 0);
	if (memory->start == MAP_FAILED)
		return -errno;
	memcpy(memory->start, &head, sizeof(head));
	return 0;
}

static int put_flow(const struct word *word, struct bpf_object *object,
		    const struct flows_memory *memory, struct tg_flow_key key)
{
	struct flows_value value = { .word = 1 };
	struct tg_flow_wish wish;
	struct tg_flow_head *head;

	tg_flow_order(&key);
	if (word->sort != TABLE)
		return bpf_map_update_elem(
			row_map(object, word->sort == HASH ? "flows_hash"
							   : "flows_lru"),
			&key, &value, BPF_ANY);
	head = tg_flow_line(memory, TG_FLOW_HEAD_LINE);
	wish = (struct tg_flow_wish){
		.flow = { .key = key },
		.hash = tg_flow_hash(head, &key),
		.now = now(),
		.time = TG_FLOW_TIME(432000),
		.state = TG_FLOW_ESTABLISHED,
	};
	return tg_flow_add(memory, head, &wish) == TG_FLOW_ADDED ? 0 : -ENOSPC;
}

/* Flows that find no place are left out. */
static int fill(struct bpf_object *object, struct random *random,
		struct flows *flows, uint32_t count)
{
	const struct word *word = flows->word;
	struct flows_memory memory = { 0 };
	int err = 0;

	if (word->sort == TABLE)
		err = open_table(object, room_of(word, count), &memory);
	flows->count = 0;
	for (uint32_t i = 0; i < count && !err; i++) {
		struct tg_flow_key *flow = &flows->list[flows->count];

		*flow = make_flow(random);
		err = put_flow(word, object, &memory, *flow);
		flows->count += !err;
		if (err == -ENOSPC)
			err = 0;
	}
	if (memory.start)
		munmap(memory.start, (size_t)memory.lines * TG_FLOW_LINE);
	return err;
}

/* --- the row */

static int load(const struct word *word, uint32_t count, struct meter_row *row,
		struct bpf_object **object)
{
	/* an LRU map evicts some flows before it is full */
	uint32_t kernel = count + count / 10 + 4096;
	int err;

	*object = row_object(is_policy(word) ? "established.o" : "flows.bpf.o");
	if (!*object)
		return -ENOENT;
	err = bpf_map__set_pin_path(
		bpf_object__find_map_by_name(*object, "tgf_flows"), NULL);
	if (!err && word->sort == TABLE)
		err = row_map_size(
			*object, "tgf_flows",
			TG_FLOW_LINES(TG_FLOW_BUCKETS(room_of(word, count))));
	if (!err && word->sort == HASH)
		err = row_map_size(*object, "flows_hash", kernel);
	if (!err && word->sort == LRU)
		err = row_map_size(*object, "flows_lru", kernel);
	return err ? err
		   : row_load(row, *object,
			      is_policy(word) ? NULL : "flows_baseline",
			      word->program);
}

static void make_frame(const void *context, struct random *random,
		       struct trace_record *record)
{
	const struct flows *flows = context;
	const struct tg_flow_key *flow =
		&flows->list[random_below(random, flows->count)];
	bool misses = flows->word->misses;
	bool is_reply = random_percent(random, 50);
	struct policy_packet packet = { 0 };
	uint16_t server = flow->high_port + misses;

	packet.has[POLICY_ETHERTYPE] = packet.has[POLICY_PROTOCOL] = true;
	packet.has[POLICY_SRC4] = packet.has[POLICY_DST4] = true;
	packet.has[POLICY_SRC_PORT] = packet.has[POLICY_DST_PORT] = true;
	packet.value[POLICY_ETHERTYPE].lo = ETH_P_IP;
	packet.value[POLICY_PROTOCOL].lo = UDP;
	packet.value[POLICY_SRC4].lo = is_reply ? flow->high[0] : flow->low[0];
	packet.value[POLICY_DST4].lo = is_reply ? flow->low[0] : flow->high[0];
	packet.value[POLICY_SRC_PORT].lo = is_reply ? server : flow->low_port;
	packet.value[POLICY_DST_PORT].lo = is_reply ? flow->low_port : server;
	*record = (struct trace_record){
		.verdict = misses || is_policy(flows->word) ? POLICY_PASS
							    : POLICY_DROP,
	};
	record->size = packet_frame(&packet, record->frame);
}

int meter_flows(const char *text, struct meter_row *row)
{
	uint32_t count = 0, frames = ROW_FRAMES;
	struct random random = { 1 };
	struct bpf_object *object;
	struct flows flows;
	int err;

	flows.word = read_word(text, &count);
	if (!flows.word) {
		fprintf(stderr, "meter: no row for flows: '%s'\n", text);
		return -EINVAL;
	}
	while (frames < count && frames < FRAMES_MAX)
		frames *= 2;
	flows.list = calloc(count, sizeof(*flows.list));
	err = flows.list ? load(flows.word, count, row, &object) : -ENOMEM;
	if (!err)
		err = fill(object, &random, &flows, count);
	if (!err)
		err = row_trace(row, frames, &random, make_frame, &flows);
	free(flows.list);
	if (err)
		fprintf(stderr, "meter: %s: %s\n", text, strerror(-err));
	return err;
}
