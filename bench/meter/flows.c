// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows for flows: a table of flows, and hashes of the kernel with the same
 * keys, asked for packets of the flows in random order, from either end.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "flows_value.h"
#include "meter.h"
#include "object.h"
#include "packet_frame.h"
#include "random.h"

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

#define FRAMES_MIN 65536
#define FRAMES_MAX 262144
#define FLOWS_MAX 1000000
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
	{ "flow-miss", "flows_lookup", TABLE, true, false },
	{ "flow-miss-full", "flows_lookup", TABLE, true, true },
};

static uint32_t room_of(const struct word *word, uint32_t count)
{
	return word->is_full || count > TG_FLOWS_DEFAULT ? count
							 : TG_FLOWS_DEFAULT;
}

static const struct word *read_word(const char *text, uint32_t *count)
{
	const char *colon = strchr(text, ':');
	char *end;

	for (size_t i = 0; colon && i < sizeof(words) / sizeof(*words); i++) {
		size_t size = strlen(words[i].name);

		if (size != (size_t)(colon - text) ||
		    memcmp(text, words[i].name, size))
			continue;
		*count = strtoul(colon + 1, &end, 10);
		return end != colon + 1 && !*end && *count &&
				       *count <= FLOWS_MAX
			       ? &words[i]
			       : NULL;
	}
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

static int map_of(struct bpf_object *object, const char *name)
{
	return bpf_object__find_map_fd_by_name(object, name);
}

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
			    0x452821e6, 0x38d01377, 0xbe5466cf, 0x34e90c6c },
	};

	memory->lines = head.lines;
	memory->start = mmap(NULL, (size_t)head.lines * TG_FLOW_LINE,
			     PROT_READ | PROT_WRITE, MAP_SHARED,
			     map_of(object, "tgf_flows"), 0);
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
			map_of(object,
			       word->sort == HASH ? "flows_hash" : "flows_lru"),
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

/* Flows that find no place are left out: `count` is how many are in. */
static int fill(const struct word *word, struct bpf_object *object,
		struct random *random, struct tg_flow_key *flows,
		uint32_t *count)
{
	struct flows_memory memory = { 0 };
	uint32_t asked = *count;
	int err = 0;

	if (word->sort == TABLE)
		err = open_table(object, room_of(word, asked), &memory);
	*count = 0;
	for (uint32_t i = 0; i < asked && !err; i++) {
		flows[*count] = make_flow(random);
		err = put_flow(word, object, &memory, flows[*count]);
		*count += !err;
		if (err == -ENOSPC)
			err = 0;
	}
	if (memory.start)
		munmap(memory.start, (size_t)memory.lines * TG_FLOW_LINE);
	return err;
}

/* --- the row */

static int set_size(struct bpf_object *object, const char *name, uint32_t size)
{
	return bpf_map__set_max_entries(
		bpf_object__find_map_by_name(object, name), size);
}

static int load(const struct word *word, uint32_t count, struct meter_row *row,
		struct bpf_object **loaded)
{
	/* an LRU map evicts some flows before it is full */
	uint32_t kernel = count + count / 10 + 4096;
	struct bpf_object *object;
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/flows.bpf.o", meter_directory);
	object = object_open(path);
	if (!object)
		return -ENOENT;
	err = bpf_map__set_pin_path(
		bpf_object__find_map_by_name(object, "tgf_flows"), NULL);
	if (!err && word->sort == TABLE)
		err = set_size(
			object, "tgf_flows",
			TG_FLOW_LINES(TG_FLOW_BUCKETS(room_of(word, count))));
	if (!err && word->sort == HASH)
		err = set_size(object, "flows_hash", kernel);
	if (!err && word->sort == LRU)
		err = set_size(object, "flows_lru", kernel);
	if (!err)
		err = bpf_object__load(object);
	if (err)
		return err;
	row->programs[METER_BASELINE] = bpf_program__fd(
		bpf_object__find_program_by_name(object, "flows_baseline"));
	row->programs[METER_OBJECT] = bpf_program__fd(
		bpf_object__find_program_by_name(object, word->program));
	*loaded = object;
	return 0;
}

static void make_frame(const struct word *word, const struct tg_flow_key *flow,
		       struct random *random, struct trace_record *record)
{
	bool is_reply = random_percent(random, 50);
	struct policy_packet packet = { 0 };
	uint16_t server = flow->high_port + word->misses;

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
		.verdict = word->misses ? POLICY_PASS : POLICY_DROP,
	};
	record->size = packet_frame(&packet, record->frame);
}

static int make_trace(const struct word *word, struct random *random,
		      const struct tg_flow_key *flows, uint32_t count,
		      struct meter_row *row)
{
	struct trace *trace = calloc(1, sizeof(*trace));
	uint32_t frames = FRAMES_MIN;

	while (frames < count && frames < FRAMES_MAX)
		frames *= 2;
	if (!trace)
		return -ENOMEM;
	trace->header.count = frames;
	trace->header.frame_max = FRAME_SIZE_MIN;
	trace->records = calloc(frames, sizeof(*trace->records));
	if (!trace->records)
		return -ENOMEM;
	for (uint32_t i = 0; i < frames; i++)
		make_frame(word, &flows[random_below(random, count)], random,
			   &trace->records[i]);
	row->trace = trace;
	return 0;
}

bool meter_is_flows(const char *text)
{
	return !strncmp(text, "flow-", 5);
}

int meter_flows(const char *text, struct meter_row *row)
{
	struct random random = { 1 };
	struct bpf_object *object;
	struct tg_flow_key *flows;
	const struct word *word;
	uint32_t count = 0;
	int err;

	word = read_word(text, &count);
	if (!word) {
		fprintf(stderr, "meter: no row for flows: '%s'\n", text);
		return -EINVAL;
	}
	row->label = text;
	row->hook = "xdp";
	flows = calloc(count, sizeof(*flows));
	err = flows ? load(word, count, row, &object) : -ENOMEM;
	if (!err)
		err = fill(word, object, &random, flows, &count);
	if (!err)
		err = make_trace(word, &random, flows, count, row);
	free(flows);
	if (err)
		fprintf(stderr, "meter: %s: %s\n", text, strerror(-err));
	return err;
}
