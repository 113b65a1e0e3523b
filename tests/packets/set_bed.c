// SPDX-License-Identifier: GPL-2.0-only
#include "set_bed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#define BUCKETS 2048
#define BUCKETS_FEW 8 /* of a small table: most are full */
#define SMALL 52
#define BLOCKS 18
#define SHIFT 6

static size_t size_of(const struct set_memory *memory)
{
	return (size_t)memory->lines * TG_SET_LINE;
}

static struct tg_set_head make_head(struct random *random, uint32_t size)
{
	uint32_t buckets = size > SMALL ? BUCKETS : BUCKETS_FEW;
	struct tg_set_head head = {
		.version = TG_SET_VERSION,
		.buckets = buckets,
		.marks = TG_SET_SETS_END,
	};

	head.entries = head.marks + buckets / TG_SET_BUCKETS_IN_LINE + 1;
	head.arena = head.entries +
		     buckets * TG_SET_WAYS / TG_SET_ENTRIES_IN_LINE + 1;
	head.arena += head.arena % TG_SET_NODE_LINES;
	head.next = head.arena;
	head.lines = head.end = BLOCKS * TG_SET_BLOCK_LINES;
	for (int i = 0; i < 6; i++)
		head.secret[i] = random_next(random);
	/* wide roots are a choice of the table's */
	for (int i = 0; i < 2; i++) {
		if (random_is(random, 50))
			continue;
		head.roots[i] = TG_SET_WORD_WIDE | head.next;
		head.next += TG_SET_WIDE_LINES;
	}
	return head;
}

bool set_bed_make(struct set_bed *bed, struct random *random, uint32_t size)
{
	LIBBPF_OPTS(bpf_map_create_opts, options,
		    .map_flags = BPF_F_MMAPABLE | BPF_F_INNER_MAP);
	struct tg_set_head head = make_head(random, size);
	uint32_t hand = (tg_set_now() >> SHIFT) - 2;

	*bed = (struct set_bed){ .memory.lines = head.lines };
	bed->map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "tgs_table",
				  sizeof(uint32_t), TG_SET_BLOCK, BLOCKS,
				  &options);
	if (bed->map < 0)
		return false;
	bed->memory.start =
		mmap(NULL, size_of(&bed->memory), PROT_READ | PROT_WRITE,
		     MAP_SHARED, bed->map, 0);
	if (bed->memory.start == MAP_FAILED)
		return false;
	bed->trie.memory = &bed->memory;
	*set_head(&bed->memory) = head;
	for (unsigned int i = 0; i < TG_SETS; i++) {
		struct tg_set *set = set_line(&bed->memory, i);

		set->size = size;
		set->shift = SHIFT;
		set->hand = hand;
	}
	return true;
}

void set_bed_free(struct set_bed *bed)
{
	trie_close(&bed->trie);
	munmap(bed->memory.start, size_of(&bed->memory));
	close(bed->map);
}

void set_bed_register(struct set_bed *bed, unsigned int place, uint8_t form)
{
	set_head(&bed->memory)->lengths[place] = form;
}

/* --- into the table */

/* Its time may have passed: it was added before. */
static bool add_hashed(struct set_bed *bed, const struct set_listed *listed)
{
	struct tg_set_at at = {
		.table = &bed->memory,
		.set = set_line(&bed->memory, listed->set),
		.number = listed->set,
	};
	struct tg_set_wish wish = {
		.key = listed->key,
		.deadline = listed->deadline,
		.now = tg_set_now(),
	};

	if (wish.deadline <= wish.now)
		wish.now = wish.deadline - 1;
	return tg_set_add(&at, &wish) != TG_SET_FULL;
}

static bool is_ip6(const struct tg_set_key *key)
{
	return key->form <= TG_SET_FORM_IP6(128);
}

static unsigned int length_of(const struct tg_set_key *key)
{
	return is_ip6(key) ? key->form : key->form - TG_SET_FORM_IP4(0);
}

static bool put_state(struct tg_set_record *record, uint32_t set,
		      uint32_t deadline)
{
	for (int i = 0; i < TG_SET_STATES; i++) {
		__u64 *state = &record->states[i];

		if (*state && TG_SET_STATE_DEADLINE(*state) != deadline)
			continue;
		*state = TG_SET_STATE(TG_SET_STATE_SETS(*state) | 1U << set,
				      deadline);
		record->is_timed = 1;
		return true;
	}
	return false;
}

static bool add_prefix(struct set_bed *bed, const struct set_listed *listed)
{
	const struct tg_set_key *key = &listed->key;
	struct trie_prefix prefix = {
		.high = (uint64_t)key->words[0] << 32 | key->words[1],
		.low = (uint64_t)key->words[2] << 32 | key->words[3],
		.length = length_of(key),
		.is_ip6 = is_ip6(key),
	};
	struct tg_set_record *record = trie_add(&bed->trie, &prefix);

	if (!record)
		return false;
	if (listed->is_exception)
		record->exceptions |= 1U << listed->set;
	else if (listed->deadline == TG_SET_FOREVER)
		record->sets |= 1U << listed->set;
	if (listed->is_exception || listed->deadline == TG_SET_FOREVER) {
		trie_settle(&bed->trie, &prefix);
		return true;
	}
	if (put_state(record, listed->set, listed->deadline))
		return true;
	record = trie_extend(&bed->trie, record);
	return record && put_state(record, listed->set, listed->deadline);
}

bool set_bed_add(struct set_bed *bed, const struct set_listed *listed)
{
	bool is_added = listed->is_hashed ? add_hashed(bed, listed)
					  : add_prefix(bed, listed);

	if (is_added)
		set_bed_note_add(bed, listed);
	return is_added;
}

/* --- the list */

void set_bed_note_add(struct set_bed *bed, const struct set_listed *listed)
{
	if (bed->count == SET_BED_LIST_MAX)
		abort();
	bed->list[bed->count++] = *listed;
}

void set_bed_note_del(struct set_bed *bed, const struct tg_set_key *key,
		      uint32_t set)
{
	for (size_t i = 0; i < bed->count; i++) {
		struct set_listed *listed = &bed->list[i];

		if (listed->set == set && listed->is_hashed &&
		    !memcmp(&listed->key, key, sizeof(*key)))
			listed->deadline = 0;
	}
}

static uint32_t upper(unsigned int bits)
{
	return bits >= 32 ? ~0U : ~(~0U >> bits);
}

void set_bed_cut(struct tg_set_key *key, uint8_t form)
{
	unsigned int length;

	key->form = form;
	length = length_of(key);
	for (unsigned int i = 0; i < 4; i++)
		key->words[i] &= length > 32 * i ? upper(length - 32 * i) : 0;
}

static bool covers(const struct tg_set_key *key, const struct tg_set_key *value)
{
	struct tg_set_key cut = *value;

	if (key->form <= TG_SET_FORM_IP4(32)) {
		if (value->form > TG_SET_FORM_IP4(32) ||
		    is_ip6(key) != is_ip6(value))
			return false;
		set_bed_cut(&cut, key->form);
	}
	return !memcmp(&cut, key, sizeof(cut));
}

bool set_bed_contains(const struct set_bed *bed, const struct tg_set_key *value,
		      uint32_t set)
{
	uint32_t now = tg_set_now();
	bool is_in = false;

	for (size_t i = 0; i < bed->count; i++) {
		const struct set_listed *listed = &bed->list[i];

		if (listed->set != set || !covers(&listed->key, value))
			continue;
		if (listed->is_exception)
			return false;
		is_in = is_in || listed->deadline > now;
	}
	return is_in;
}

uint32_t set_bed_find(const struct set_bed *bed, const struct tg_set_key *value)
{
	struct tg_set_sums sums = tg_set_find(&bed->memory, value);

	return tg_set_result(&sums);
}
