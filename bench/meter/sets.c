// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows for sets: a table of sets, and a hash and a trie of the kernel with the
 * same entries, asked for the same addresses.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "packet_frame.h"
#include "row.h"
#include "sets/trie.h"
#include "yardstick.h"

#define UDP 17
#define SET 3
#define WIDE_FROM 2000 /* prefixes; fewer have no wide root */
#define LENGTH_MIN 16
#define LENGTHS 17

enum sort { HASH, LPM, HOSTS, PREFIXES };

static const struct word {
	const char *name, *program;
	enum sort sort;
	bool misses, is_mixed; /* mixed: every second entry is IPv6 */
} words[] = {
	{ "set-hash", "sets_hash_lookup", HASH, false, false },
	{ "set-hash-miss", "sets_hash_lookup", HASH, true, false },
	{ "set-hosts", "sets_lookup", HOSTS, false, false },
	{ "set-hosts-miss", "sets_lookup", HOSTS, true, false },
	{ "set-lpm", "sets_lpm_lookup", LPM, false, false },
	{ "set-lpm-mixed", "sets_lpm_lookup", LPM, false, true },
	{ "set-prefixes", "sets_lookup", PREFIXES, false, false },
	{ "set-prefixes-mixed", "sets_lookup", PREFIXES, false, true },
};

/* The address in the upper bits; no IPv6 prefix is longer than 64 bits. */
struct entry {
	uint64_t high;
	uint32_t length;
	bool is_ip6;
};

struct entries {
	const struct word *word;
	struct entry *list;
	uint32_t count;
};

/* NULL if there is no such row. */
static const struct word *read_word(const char *text, uint32_t *count)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (row_word(text, words[i].name, count))
			return *count ? &words[i] : NULL;
	return NULL;
}

static bool is_prefixes(const struct word *word)
{
	return word->sort == LPM || word->sort == PREFIXES;
}

static uint64_t upper_bits(uint32_t count)
{
	return UINT64_MAX << (64 - count);
}

/* Odd addresses are in; half of the prefixes are of 24 bits, or 48. */
static struct entry make_entry(const struct word *word, struct random *random)
{
	uint64_t high = (uint64_t)random_bits(random) << 32;
	struct entry entry = { high | UINT64_C(1) << 32, 32, false };

	if (!is_prefixes(word))
		return entry;
	entry.length = LENGTH_MIN + random_below(random, LENGTHS);
	if (random_percent(random, 50))
		entry.length = 24;
	entry.is_ip6 = word->is_mixed && random_percent(random, 50);
	if (entry.is_ip6) { /* of 2000::/3 */
		entry.length *= 2;
		high = UINT64_C(1) << 61 |
		       (high | (random_bits(random) & UINT32_MAX)) >> 3;
	}
	entry.high = high & upper_bits(entry.length);
	return entry;
}

/* --- the table */

static int make_table(const struct word *word, uint32_t count, int outer,
		      struct set_memory *memory)
{
	LIBBPF_OPTS(bpf_map_create_opts, options,
		    .map_flags = BPF_F_MMAPABLE | BPF_F_INNER_MAP);
	uint32_t hosts = is_prefixes(word) ? 1 : count, place = TG_SET_NOW;
	struct tg_set_head head = {
		.buckets = hosts / 4 + 1,
		.marks = TG_SET_SETS_END,
		.secret = { 0x9e3779b9, 0x7f4a7c15, 0xf39cc060, 0x5cedc834,
			    0x1082276b, 0xf3a27251 },
	};
	uint32_t blocks;
	int map;

	head.entries = head.marks + head.buckets / TG_SET_BUCKETS_IN_LINE + 1;
	head.arena = head.entries +
		     head.buckets * TG_SET_WAYS / TG_SET_ENTRIES_IN_LINE + 1;
	head.arena += head.arena % TG_SET_NODE_LINES;
	head.next = head.arena;
	for (int i = 0; i <= word->is_mixed; i++) {
		if (!is_prefixes(word) || count < WIDE_FROM)
			continue;
		head.roots[i] = TG_SET_WORD_WIDE | head.next;
		head.next += TG_SET_WIDE_LINES;
	}
	head.lines = head.next + (is_prefixes(word) ? 3 * count : 0);
	blocks = head.lines / TG_SET_BLOCK_LINES + 1;
	head.lines = head.end = blocks * TG_SET_BLOCK_LINES;
	map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "tgs_table", sizeof(uint32_t),
			     TG_SET_BLOCK, blocks, &options);
	if (map < 0)
		return map;
	memory->lines = head.lines;
	memory->start = mmap(NULL, (size_t)head.lines * TG_SET_LINE,
			     PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (memory->start == MAP_FAILED)
		return -errno;
	*set_head(memory) = head;
	set_line(memory, SET)->size = count;
	return bpf_map_update_elem(outer, &place, &map, BPF_ANY);
}

static int put_host(const struct set_memory *memory, const struct entry *entry)
{
	struct tg_set_at at = {
		.table = memory,
		.set = set_line(memory, SET),
		.number = SET,
	};
	struct tg_set_wish wish = {
		.key = { .words = { entry->high >> 32 },
			 .form = TG_SET_FORM_IP4(32) },
		.deadline = TG_SET_FOREVER,
	};

	return tg_set_add(&at, &wish) == TG_SET_FULL ? -ENOSPC : 0;
}

static int put_prefix(struct trie *trie, const struct entry *entry)
{
	struct trie_prefix prefix = {
		.high = entry->high,
		.length = entry->length,
		.is_ip6 = entry->is_ip6,
	};
	struct tg_set_record *record = trie_add(trie, &prefix);

	if (!record)
		return -ENOSPC;
	record->sets |= 1U << SET;
	trie_settle(trie, &prefix);
	return 0;
}

static int put_lpm(struct bpf_object *object, const struct entry *entry)
{
	uint32_t words[] = { htonl(entry->high >> 32), htonl(entry->high) };
	struct yardstick_prefix prefix = { entry->length, words[0] };
	struct yardstick_prefix6 prefix6 = { entry->length,
					     { words[0], words[1] } };
	const char *name = entry->is_ip6 ? "sets_lpm6" : "sets_lpm";
	const void *key = entry->is_ip6 ? (void *)&prefix6 : &prefix;
	uint32_t one = 1;

	return bpf_map_update_elem(row_map(object, name), key, &one, BPF_ANY);
}

static int put_hash(struct bpf_object *object, const struct entry *entry)
{
	uint32_t key = entry->high >> 32, one = 1;

	return bpf_map_update_elem(row_map(object, "sets_hash"), &key, &one,
				   BPF_ANY);
}

static int put_entry(const struct word *word, struct bpf_object *object,
		     struct trie *trie, const struct entry *entry)
{
	switch (word->sort) {
	case HASH:
		return put_hash(object, entry);
	case LPM:
		return put_lpm(object, entry);
	case HOSTS:
		return put_host(trie->memory, entry);
	default:
		return put_prefix(trie, entry);
	}
}

/* --- the row */

static int load(const struct entries *entries, struct meter_row *row,
		struct bpf_object **object)
{
	const struct word *word = entries->word;
	int err = 0;

	*object = row_object("sets.bpf.o");
	if (!*object)
		return -ENOENT;
	if (word->sort == HASH)
		err = row_map_size(*object, "sets_hash", entries->count);
	if (word->sort == LPM)
		err = row_map_size(*object, "sets_lpm", entries->count);
	if (!err && word->sort == LPM)
		err = row_map_size(*object, "sets_lpm6", entries->count);
	return err ? err
		   : row_load(row, *object, "sets_baseline", word->program);
}

/* The order in which `tailgate set load` adds prefixes. */
static int compare_entries(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;

	if (one->is_ip6 != other->is_ip6)
		return one->is_ip6 - other->is_ip6;
	if (one->high != other->high)
		return one->high < other->high ? -1 : 1;
	return (int)one->length - (int)other->length;
}

static int fill(const struct entries *entries, struct bpf_object *object,
		struct random *random)
{
	static struct set_memory memory; /* of the row, as its map */
	const struct word *word = entries->word;
	struct trie trie = { .memory = &memory };
	int err = 0;

	if (word->sort == HOSTS || word->sort == PREFIXES)
		err = make_table(word, entries->count,
				 row_map(object, "tgs_sets"), &memory);
	for (uint32_t i = 0; i < entries->count; i++)
		entries->list[i] = make_entry(word, random);
	if (is_prefixes(word))
		qsort(entries->list, entries->count, sizeof(*entries->list),
		      compare_entries);
	for (uint32_t i = 0; i < entries->count && !err; i++)
		err = put_entry(word, object, &trie, &entries->list[i]);
	trie_close(&trie);
	return err;
}

static void make_frame(const void *context, struct random *random,
		       struct trace_record *record)
{
	const struct entries *entries = context;
	const struct entry *entry =
		&entries->list[random_below(random, entries->count)];
	const struct word *word = entries->word;
	uint64_t source = entry->high |
			  (random_bits(random) & ~upper_bits(entry->length));
	struct policy_packet packet = { 0 };

	if (word->misses)
		source &= ~(UINT64_C(1) << 32);
	packet.has[POLICY_ETHERTYPE] = packet.has[POLICY_PROTOCOL] = true;
	packet.value[POLICY_PROTOCOL].lo = UDP;
	if (entry->is_ip6) {
		packet.has[POLICY_SRC6] = packet.has[POLICY_DST6] = true;
		packet.value[POLICY_ETHERTYPE].lo = ETH_P_IPV6;
		packet.value[POLICY_SRC6] =
			(struct policy_value){ .hi = source };
	} else {
		packet.has[POLICY_SRC4] = packet.has[POLICY_DST4] = true;
		packet.value[POLICY_ETHERTYPE].lo = ETH_P_IP;
		packet.value[POLICY_SRC4].lo = source >> 32;
		packet.value[POLICY_DST4].lo = random_bits(random);
	}
	*record = (struct trace_record){
		.verdict = word->misses ? POLICY_PASS : POLICY_DROP,
	};
	record->size = packet_frame(&packet, record->frame);
}

int meter_sets(const char *text, struct meter_row *row)
{
	struct random random = { 1 };
	struct bpf_object *object;
	struct entries entries;
	int err;

	entries.word = read_word(text, &entries.count);
	if (!entries.word) {
		fprintf(stderr, "meter: no row for sets: '%s'\n", text);
		return -EINVAL;
	}
	entries.list = calloc(entries.count, sizeof(*entries.list));
	err = entries.list ? load(&entries, row, &object) : -ENOMEM;
	if (!err)
		err = fill(&entries, object, &random);
	if (!err)
		err = row_trace(row, ROW_FRAMES, &random, make_frame, &entries);
	free(entries.list);
	if (err)
		fprintf(stderr, "meter: %s: %s\n", text, strerror(-err));
	return err;
}
