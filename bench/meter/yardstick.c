// SPDX-License-Identifier: GPL-2.0-only
/* Fills maps with random entries, and makes frames that match them. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "packet_frame.h"
#include "row.h"
#include "yardstick.h"

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
	const char *name, *map, *baseline, *program;
} kinds[] = {
	[HASH] = { "hash", "yardstick_flows", "hash_baseline", "hash_lookup" },
	[LPM] = { "lpm", "yardstick_trie", "lpm_baseline", "lpm_lookup" },
	[LINES] = { "lines", "yardstick_lines", "lines_baseline",
		    "lines_lookup" },
};

struct entries {
	enum kind kind;
	struct entry *list;
	uint32_t count;
};

static bool read_word(const char *text, struct entries *entries)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		entries->kind = i;
		if (row_word(text, kinds[i].name, &entries->count))
			return entries->count;
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

static int fill_map(int map, struct random *random,
		    const struct entries *entries)
{
	int err = 0;

	for (uint32_t i = 0; i < entries->count && !err; i++) {
		make_entry(random, &entries->list[i], entries->count);
		err = put_entry(map, entries->kind, &entries->list[i], i);
	}
	return err;
}

static void put_field(struct policy_packet *packet, enum policy_field field,
		      uint64_t value)
{
	packet->has[field] = true;
	packet->value[field].lo = value;
}

/* Makes a frame that matches an entry. */
static void make_frame(const void *context, struct random *random,
		       struct trace_record *record)
{
	const struct entries *entries = context;
	const struct entry *entry =
		&entries->list[random_below(random, entries->count)];
	const struct yardstick_flow *flow = &entry->flow;
	uint64_t hosts = UINT64_C(1) << (32 - entry->prefix.length);
	uint32_t target =
		ntohl(entry->prefix.address) + random_below(random, hosts);
	struct policy_packet packet = { 0 };

	put_field(&packet, POLICY_ETHERTYPE, ETH_P_IP);
	put_field(&packet, POLICY_PROTOCOL, flow->protocol);
	put_field(&packet, POLICY_SRC4, ntohl(flow->source));
	put_field(&packet, POLICY_DST4,
		  entries->kind == LPM ? target : ntohl(flow->target));
	put_field(&packet, POLICY_SRC_PORT, ntohs(flow->sport));
	put_field(&packet, POLICY_DST_PORT, ntohs(flow->dport));
	*record = (struct trace_record){ .verdict = POLICY_DROP };
	record->size = packet_frame(&packet, record->frame);
}

/* Returns the map. */
static int load_yardstick(const struct entries *entries, struct meter_row *row)
{
	struct bpf_object *object = row_object("yardstick.bpf.o");
	const char *map = kinds[entries->kind].map;
	int err;

	if (!object)
		return -ENOENT;
	err = row_map_size(object, map, entries->count);
	if (!err)
		err = bpf_map__set_initial_value(
			bpf_object__find_map_by_name(object, ".rodata"),
			&entries->count, sizeof(entries->count));
	if (!err)
		err = row_load(row, object, kinds[entries->kind].baseline,
			       kinds[entries->kind].program);
	return err ? err : row_map(object, map);
}

int meter_yardstick(const char *word, struct meter_row *row)
{
	struct random random = { 1 };
	struct entries entries;
	int map, err;

	if (!read_word(word, &entries)) {
		fprintf(stderr,
			"meter: neither hash:N, lpm:N nor lines:N: '%s'\n",
			word);
		return -EINVAL;
	}
	map = load_yardstick(&entries, row);
	err = map < 0 ? map : 0;
	entries.list = calloc(entries.count, sizeof(*entries.list));
	if (!err)
		err = entries.list ? fill_map(map, &random, &entries) : -ENOMEM;
	if (!err)
		err = row_trace(row, ROW_FRAMES, &random, make_frame, &entries);
	free(entries.list);
	if (err)
		fprintf(stderr, "meter: %s: %s\n", word, strerror(-err));
	return err;
}
