// SPDX-License-Identifier: GPL-2.0-only
/* Fills maps with random entries, and makes frames that match them. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/limits.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "packet_frame.h"
#include "meter.h"
#include "object.h"
#include "random.h"
#include "yardstick.h"

#define FRAMES 65536
#define ENTRIES_MAX 1000000
#define LENGTH_MIN 16
#define LENGTH_MAX 32
#define TCP 6
#define UDP 17

enum kind { HASH, LPM, LINES };

struct entry {
	struct yardstick_flow flow;
	struct yardstick_prefix prefix;
	struct yardstick_line line;
};

static const struct {
	const char *name, *map, *programs[METER_SIDES];
} kinds[] = {
	[HASH] = { "hash",
		   "yardstick_flows",
		   { "hash_baseline", "hash_lookup" } },
	[LPM] = { "lpm", "yardstick_trie", { "lpm_baseline", "lpm_lookup" } },
	[LINES] = { "lines",
		    "yardstick_lines",
		    { "lines_baseline", "lines_lookup" } },
};

static bool read_word(const char *word, enum kind *kind, uint32_t *entries)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t size = strlen(kinds[i].name);
		char *end;

		if (strncmp(word, kinds[i].name, size) || word[size] != ':')
			continue;
		*kind = i;
		*entries = strtoul(word + size + 1, &end, 10);
		return end != word + size + 1 && !*end && *entries &&
		       *entries <= ENTRIES_MAX;
	}
	return false;
}

static void make_entry(struct random *random, struct entry *entry,
		       uint32_t count)
{
	unsigned int length =
		LENGTH_MIN + random_below(random, LENGTH_MAX - LENGTH_MIN + 1);
	uint32_t mask = UINT32_MAX << (32 - length);

	*entry = (struct entry){
		.flow = { .source = random_bits(random),
			  .target = random_bits(random),
			  .sport = random_bits(random),
			  .dport = random_bits(random),
			  .protocol = random_percent(random, 70) ? TCP : UDP },
		.prefix = { .length = length,
			    .address = htonl((uint32_t)random_bits(random) &
					     mask) },
		.line = { .next = random_below(random, count) },
	};
}

static int put_entry(int map, enum kind kind, const struct entry *entry,
		     uint32_t number)
{
	uint32_t value = 1;

	switch (kind) {
	case HASH:
		return bpf_map_update_elem(map, &entry->flow, &value, BPF_ANY);
	case LPM:
		return bpf_map_update_elem(map, &entry->prefix, &value,
					   BPF_ANY);
	default:
		return bpf_map_update_elem(map, &number, &entry->line, BPF_ANY);
	}
}

static int fill_map(int map, enum kind kind, struct random *random,
		    struct entry *entries, uint32_t count)
{
	int err = 0;

	for (uint32_t i = 0; i < count && !err; i++) {
		make_entry(random, &entries[i], count);
		err = put_entry(map, kind, &entries[i], i);
	}
	return err;
}

static void put_field(struct policy_packet *packet, enum policy_field field,
		      uint64_t value)
{
	packet->has[field] = true;
	packet->value[field].lo = value;
}

/* Makes a frame that matches the entry. */
static void make_frame(const struct entry *entry, enum kind kind,
		       struct random *random, struct trace_record *record)
{
	const struct yardstick_flow *flow = &entry->flow;
	uint64_t hosts = UINT64_C(1) << (32 - entry->prefix.length);
	uint32_t target =
		ntohl(entry->prefix.address) + random_below(random, hosts);
	struct policy_packet packet = { 0 };

	put_field(&packet, POLICY_ETHERTYPE, ETH_P_IP);
	put_field(&packet, POLICY_PROTOCOL, flow->protocol);
	put_field(&packet, POLICY_SRC4, ntohl(flow->source));
	put_field(&packet, POLICY_DST4,
		  kind == LPM ? target : ntohl(flow->target));
	put_field(&packet, POLICY_SRC_PORT, ntohs(flow->sport));
	put_field(&packet, POLICY_DST_PORT, ntohs(flow->dport));
	*record = (struct trace_record){ .verdict = POLICY_DROP };
	record->size = packet_frame(&packet, record->frame);
}

static struct trace *make_trace(enum kind kind, struct random *random,
				const struct entry *entries, uint32_t count)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	if (!trace)
		return NULL;
	trace->header.count = FRAMES;
	trace->header.frame_max = FRAME_SIZE_MIN;
	trace->records = calloc(FRAMES, sizeof(*trace->records));
	if (!trace->records)
		return NULL;
	for (uint32_t i = 0; i < FRAMES; i++)
		make_frame(&entries[random_below(random, count)], kind, random,
			   &trace->records[i]);
	return trace;
}

static int load_yardstick(enum kind kind, uint32_t entries,
			  struct meter_row *row)
{
	struct bpf_object *object;
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/yardstick.bpf.o", meter_directory);
	object = object_open(path);
	if (!object)
		return -ENOENT;
	err = bpf_map__set_max_entries(
		bpf_object__find_map_by_name(object, kinds[kind].map), entries);
	if (!err)
		err = bpf_map__set_initial_value(
			bpf_object__find_map_by_name(object, ".rodata"),
			&entries, sizeof(entries));
	if (!err)
		err = bpf_object__load(object);
	if (err) {
		fprintf(stderr, "meter: %s: %s\n", path, strerror(-err));
		return err;
	}
	for (int side = 0; side < METER_SIDES; side++)
		row->programs[side] =
			bpf_program__fd(bpf_object__find_program_by_name(
				object, kinds[kind].programs[side]));
	return bpf_object__find_map_fd_by_name(object, kinds[kind].map);
}

int meter_yardstick(const char *word, struct meter_row *row)
{
	struct random random = { 1 };
	struct entry *entries;
	enum kind kind;
	uint32_t count;
	int map, err;

	if (!read_word(word, &kind, &count)) {
		fprintf(stderr,
			"meter: neither hash:N, lpm:N nor lines:N: '%s'\n",
			word);
		return -EINVAL;
	}
	row->label = word;
	row->hook = "xdp";
	map = load_yardstick(kind, count, row);
	if (map < 0)
		return map;
	entries = calloc(count, sizeof(*entries));
	err = entries ? fill_map(map, kind, &random, entries, count) : -ENOMEM;
	if (!err)
		row->trace = make_trace(kind, &random, entries, count);
	if (!row->trace && !err)
		err = -ENOMEM;
	free(entries);
	if (err)
		fprintf(stderr, "meter: %s: %s\n", word, strerror(-err));
	return err;
}
