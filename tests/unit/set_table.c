// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_table - random entries come to a table with several sets of all kinds and
 * go, with and without deadlines, by a clock of the test's own; the table is
 * made anew with other sizes, and lists are replaced. All against a plain list:
 * what is in, until when, which entry makes a value a member, and the counts.
 */
#include <string.h>

#include "sanitized.h"
#include "sets/table_find.h"
#include "tap.h"

#define ROUNDS SANITIZED_OR(60, 300)
#define STEPS 600
#define SETS 6
#define POOL 160 /* entries that steps choose from */
#define TIME_MAX 3000
#define ENOUGH 2000 /* lines, buckets */

/* An entry of the pool, and until when it is in each set; 0: it is not. */
struct listed {
	struct set_entry entry;
	uint32_t deadlines[SETS];
};

struct bed {
	struct set_table table;
	struct listed pool[POOL];
	unsigned int pool_size;
	unsigned int kinds[SETS];
	uint32_t sizes[SETS];
};

static uint64_t state;

static uint64_t bits(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 2685821657736338717;
}

static unsigned int below(unsigned int limit)
{
	return (bits() >> 33) % limit;
}

/* --- tables */

static bool make(struct set_table *table, uint32_t buckets, uint32_t arena)
{
	struct set_shape shape = { .buckets = buckets,
				   .arena = arena,
				   .is_wide = { !below(4), !below(8) } };
	uint32_t secret[6];

	for (int i = 0; i < 6; i++)
		secret[i] = bits() | 1;
	*table = (struct set_table){ 0 };
	table->memory.lines = set_shape_least(&shape);
	table->memory.start = calloc(table->memory.lines, TG_SET_LINE);
	if (!table->memory.start)
		return false;
	set_table_format(table, &shape, secret);
	return true;
}

static void drop(struct set_table *table)
{
	set_table_close(table);
	free(table->memory.start);
}

static void define(const struct bed *bed, struct set_table *table)
{
	set_length_register(table, TG_SET_FORM_IP4(8));
	set_length_register(table, TG_SET_FORM_IP4(1));
	set_length_register(table, TG_SET_FORM_IP6(64));
	for (unsigned int i = 0; i < SETS; i++) {
		char name[] = "set0";

		name[3] += i;
		set_define(table, i, name, bed->kinds[i], bed->sizes[i], 0,
			   set_clock);
	}
}

/* The sets of the mask in another table. */
static bool rebuild(struct bed *bed, uint32_t mask, uint32_t buckets,
		    uint32_t arena)
{
	struct set_table next;

	if (!make(&next, buckets, arena))
		return false;
	define(bed, &next);
	if (set_table_copy(&bed->table, &next, mask, set_clock) != SET_KEPT) {
		drop(&next);
		return false;
	}
	drop(&bed->table);
	bed->table = next;
	bed->table.trie.memory = &bed->table.memory;
	return set_table_is_sound(&bed->table);
}

/* --- the pool */

/* Few different bits, so that prefixes nest. */
static struct set_entry some_address(void)
{
	struct set_entry entry = { 0 };
	bool is_ip6 = below(3) == 0;
	unsigned int length = is_ip6 ? 128 : 32;

	if (below(2))
		length = below(length + 1);
	else if (below(2))
		length = is_ip6 ? 64 : 8;
	for (unsigned int i = 0; i < (is_ip6 ? 4 : 1); i++) {
		unsigned int kept = length > 32 * i ? length - 32 * i : 0;

		entry.key.words[i] = bits() & 0x80402011;
		if (kept < 32)
			entry.key.words[i] &= ~(0xffffffffU >> kept);
	}
	entry.key.form =
		is_ip6 ? TG_SET_FORM_IP6(length) : TG_SET_FORM_IP4(length);
	entry.is_exception = !below(4);
	return entry;
}

static struct set_entry some_entry(unsigned int kind)
{
	struct set_entry entry = { 0 };

	switch (kind) {
	case TG_SET_ADDRESSES:
		return some_address();
	case TG_SET_PORTS:
		entry.key.port = below(100);
		entry.key.form = TG_SET_FORM_PORT;
		break;
	case TG_SET_MACS:
		entry.key.words[0] = below(10);
		entry.key.words[1] = below(10) << 16;
		entry.key.form = TG_SET_FORM_MAC;
		break;
	default:
		entry.key.words[0] = below(10);
		entry.key.protocol = below(3);
		entry.key.port = below(3);
		entry.key.form = TG_SET_FORM_ADDRESS_PORT4;
	}
	return entry;
}

static bool is_same(const struct set_entry *a, const struct set_entry *b)
{
	return !memcmp(&a->key, &b->key, sizeof(a->key)) &&
	       a->is_exception == b->is_exception;
}

static bool is_listed(const struct bed *bed, const struct set_entry *entry)
{
	for (unsigned int i = 0; i < bed->pool_size; i++)
		if (is_same(&bed->pool[i].entry, entry))
			return true;
	return false;
}

static unsigned int kind_of(const struct set_entry *entry)
{
	switch (entry->key.form) {
	case TG_SET_FORM_PORT:
		return TG_SET_PORTS;
	case TG_SET_FORM_MAC:
		return TG_SET_MACS;
	case TG_SET_FORM_ADDRESS_PORT4:
		return TG_SET_ADDRESS_PORTS;
	default:
		return TG_SET_ADDRESSES;
	}
}

static void fill_pool(struct bed *bed)
{
	bed->pool_size = 0;
	while (bed->pool_size < POOL) {
		struct set_entry entry = some_entry(
			below(2) ? TG_SET_ADDRESSES : below(TG_SET_KINDS));

		if (!is_listed(bed, &entry))
			bed->pool[bed->pool_size++] =
				(struct listed){ .entry = entry };
	}
}

/* --- what the plain list says */

static bool is_in(const struct listed *listed, unsigned int set)
{
	return listed->deadlines[set] > set_clock;
}

static unsigned int count_of(const struct bed *bed, unsigned int set)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < bed->pool_size; i++)
		count += is_in(&bed->pool[i], set);
	return count;
}

static bool covers(const struct set_entry *entry,
		   const struct tg_set_key *value)
{
	unsigned int length = set_form_length(entry->key.form);

	if (!set_form_is_address(value->form))
		return !memcmp(&entry->key, value, sizeof(*value));
	if (set_form_is_ip4(entry->key.form) != set_form_is_ip4(value->form))
		return false;
	for (unsigned int i = 0; i < length; i++)
		if ((entry->key.words[i / 32] ^ value->words[i / 32]) >>
			    (31 - i % 32) &
		    1)
			return false;
	return true;
}

static struct set_membership membership(const struct bed *bed, unsigned int set,
					const struct tg_set_key *value)
{
	struct set_membership found = { 0 };
	int longest = -1;

	for (unsigned int i = 0; i < bed->pool_size; i++) {
		const struct set_entry *entry = &bed->pool[i].entry;
		int length = set_form_length(entry->key.form);

		if (kind_of(entry) != bed->kinds[set] ||
		    !is_in(&bed->pool[i], set) || !covers(entry, value))
			continue;
		if (entry->is_exception) {
			found.has_exception = true;
		} else if (length > longest) {
			longest = length;
			found.has_entry = true;
			found.entry = *entry;
			found.entry.deadline = bed->pool[i].deadlines[set];
		}
	}
	found.is_member = found.has_entry && !found.has_exception;
	return found;
}

/* --- checks */

/* What programs find, and what `test` says. */
static bool check_value(struct bed *bed, const struct tg_set_key *value,
			unsigned int kind)
{
	struct tg_set_sums sums;
	uint32_t wanted = 0, mask = 0;

	for (unsigned int i = 0; i < SETS; i++) {
		struct set_membership right, found;

		if (bed->kinds[i] != kind)
			continue;
		right = membership(bed, i, value);
		found = set_table_find(&bed->table, i, value, set_clock);
		if (right.is_member != found.is_member ||
		    right.has_entry != found.has_entry ||
		    right.has_exception != found.has_exception ||
		    (right.has_entry &&
		     (!is_same(&right.entry, &found.entry) ||
		      right.entry.deadline != found.entry.deadline)))
			return false;
		wanted |= (uint32_t)right.is_member << i;
		mask |= 1U << i;
	}
	sums = tg_set_find(&bed->table.memory, value);
	return (tg_set_result(&sums) & mask) == wanted;
}

static bool check_some_value(struct bed *bed)
{
	unsigned int kind = below(TG_SET_KINDS);
	struct set_entry entry =
		below(2) ? bed->pool[below(POOL)].entry : some_entry(kind);

	kind = kind_of(&entry);
	if (set_form_is_ip4(entry.key.form)) {
		entry.key.form = TG_SET_FORM_IP4(32);
		if (below(2))
			entry.key.words[0] |= bits() & 0x80402011;
	} else if (set_form_is_ip6(entry.key.form)) {
		entry.key.form = TG_SET_FORM_IP6(128);
		if (below(2))
			entry.key.words[below(4)] |= bits() & 0x80402011;
	}
	return check_value(bed, &entry.key, kind);
}

/* Whether the walk meets each entry once in each set, with its deadline. */
struct meeting {
	struct bed *bed;
	unsigned int count;
	bool is_right;
};

static bool meet(void *context, const struct set_found *found)
{
	struct meeting *meeting = context;

	for (unsigned int i = 0; i < POOL; i++) {
		const struct listed *listed = &meeting->bed->pool[i];
		uint32_t sets = listed->entry.is_exception ? found->exceptions
							   : found->sets;

		if (memcmp(&listed->entry.key, &found->key, sizeof(found->key)))
			continue;
		for (unsigned int j = 0; j < SETS; j++) {
			if (!(sets >> j & 1))
				continue;
			meeting->count++;
			if (listed->deadlines[j] != found->deadline)
				meeting->is_right = false;
		}
	}
	return true;
}

static bool check_all(struct bed *bed)
{
	struct meeting meeting = { .bed = bed, .is_right = true };
	struct set_counts counts;
	unsigned int count = 0;

	if (!set_table_visit(&bed->table, set_clock, meet, &meeting) ||
	    !set_table_count(&bed->table, ~0U, set_clock, &counts))
		return false;
	for (unsigned int i = 0; i < SETS; i++) {
		if (counts.entries[i] != count_of(bed, i))
			return false;
		count += counts.entries[i];
	}
	return meeting.is_right && meeting.count == count;
}

/* Where a slot of the wheels ends, all that has passed is off the counts. */
static bool check_counts(struct bed *bed)
{
	unsigned int shift = set_line(&bed->table.memory, 0)->shift;

	set_clock = ((set_clock >> shift) + 1) << shift;
	for (unsigned int i = 0; i < SETS; i++) {
		struct tg_set_at at = set_at(&bed->table, i);
		unsigned int count = 0;

		for (unsigned int j = 0; j < POOL; j++)
			count += bed->pool[j].deadlines[i] >= set_clock;
		set_advance(&at, set_clock);
		if (at.set->count != count)
			return false;
	}
	return true;
}

/* --- steps */

/* The wheel counts whole slots: a set may be full a little early. */
static bool add(struct bed *bed, struct listed *listed, unsigned int set)
{
	struct set_entry entry = listed->entry;
	struct tg_set *line = set_line(&bed->table.memory, set);
	bool was_in = is_in(listed, set);
	enum set_answer answer;

	entry.deadline = TG_SET_FOREVER;
	if (!entry.is_exception && below(2))
		entry.deadline = (set_clock + 1 + below(TIME_MAX)) | 255;
	answer = set_table_add(&bed->table, set, &entry, set_clock);
	if (answer == SET_NO_ROOM)
		return rebuild(bed, ~0U, ENOUGH, ENOUGH);
	if (answer == SET_FULL)
		return !was_in && line->count >= line->size;
	listed->deadlines[set] = entry.deadline;
	return answer == (was_in ? SET_KEPT : SET_ADDED);
}

/* Rules change prefixes of some lengths, whoever has added them. */
static bool add_by_rule(struct bed *bed, struct listed *listed,
			unsigned int set)
{
	struct tg_set_at at = set_at(&bed->table, set);
	struct tg_set_wish wish = { .key = listed->entry.key,
				    .deadline = set_clock + 1 + below(TIME_MAX),
				    .now = set_clock };
	bool was_in = is_in(listed, set);
	int answer = tg_set_add(&at, &wish);

	if (answer == TG_SET_FULL)
		return at.set->count >= at.set->size ||
		       rebuild(bed, ~0U, ENOUGH, ENOUGH);
	if (!was_in || wish.deadline > listed->deadlines[set])
		listed->deadlines[set] = wish.deadline;
	return answer == (was_in ? TG_SET_KEPT : TG_SET_ADDED);
}

static bool del_by_rule(struct bed *bed, struct listed *listed,
			unsigned int set)
{
	struct tg_set_at at = set_at(&bed->table, set);
	struct tg_set_wish wish = { .key = listed->entry.key,
				    .now = set_clock };
	bool was_in = is_in(listed, set);

	set_advance(&at, set_clock);
	listed->deadlines[set] = 0;
	return tg_set_del(&at, &wish) == was_in;
}

static bool del(struct bed *bed, struct listed *listed, unsigned int set)
{
	bool was_in = is_in(listed, set);

	listed->deadlines[set] = 0;
	return set_table_del(&bed->table, set, &listed->entry, set_clock) ==
	       was_in;
}

/* All but one set are copied: a list is replaced, or emptied. */
static bool replace(struct bed *bed, unsigned int set)
{
	bool is_right =
		rebuild(bed, ~(1U << set), 1 + below(400), below(400)) ||
		rebuild(bed, ~(1U << set), ENOUGH, ENOUGH);

	for (unsigned int i = 0; i < POOL; i++)
		bed->pool[i].deadlines[set] = 0;
	return is_right;
}

static bool step(struct bed *bed)
{
	struct listed *listed = &bed->pool[below(POOL)];
	unsigned int set = below(SETS);

	if (!below(100))
		return replace(bed, set);
	if (!below(20))
		set_clock += below(TIME_MAX / 8);
	if (bed->kinds[set] != kind_of(&listed->entry))
		return true;
	if (!listed->entry.is_exception && below(2) &&
	    set_length_is_registered(&bed->table, listed->entry.key.form))
		return below(3) ? add_by_rule(bed, listed, set)
				: del_by_rule(bed, listed, set);
	return below(3) ? add(bed, listed, set) : del(bed, listed, set);
}

static bool check_round(unsigned int round)
{
	static struct bed bed;
	bool is_right = true;

	state = round + 88172645463325252;
	set_clock = 1000;
	for (unsigned int i = 0; i < SETS; i++) {
		bed.kinds[i] = i < 3 ? TG_SET_ADDRESSES : i - 2;
		bed.sizes[i] = 1 + below(POOL);
	}
	fill_pool(&bed);
	if (!make(&bed.table, 1 + below(100), below(200)))
		return false;
	bed.table.trie.memory = &bed.table.memory;
	define(&bed, &bed.table);
	for (unsigned int i = 0; i < STEPS && is_right; i++) {
		is_right = step(&bed) && check_some_value(&bed);
		if (is_right && i % 32 == 0)
			is_right = check_all(&bed);
		if (is_right && i % 128 == 0)
			is_right = check_counts(&bed);
	}
	is_right = is_right && !bed.table.trie.is_damaged;
	drop(&bed.table);
	return is_right;
}

/* --- one deadline of several sets */

/* Sets 0, 1 and 2 have a prefix until the same moment, and so has its record.
 */
static bool share(struct bed *bed, struct set_entry *entry)
{
	for (unsigned int i = 0; i < 3; i++)
		if (set_table_add(&bed->table, i, entry, set_clock) !=
		    SET_ADDED)
			return false;
	return true;
}

static bool is_until(struct bed *bed, unsigned int set,
		     const struct set_entry *entry, uint32_t deadline)
{
	return set_table_get(&bed->table, set, entry, set_clock) == deadline;
}

/* One is prolonged, one is deleted, and the third one stays as it is. */
static bool check_shared(void)
{
	static struct bed bed;
	struct set_entry entry = {
		.key = { .words = { 0xc6336400 }, .form = TG_SET_FORM_IP4(24) },
	};
	uint32_t deadline = 1 << 20;
	bool is_right;

	state = 1;
	set_clock = 1000;
	bed = (struct bed){ 0 };
	for (unsigned int i = 0; i < SETS; i++)
		bed.sizes[i] = 10;
	if (!make(&bed.table, ENOUGH, ENOUGH))
		return false;
	bed.table.trie.memory = &bed.table.memory;
	define(&bed, &bed.table);
	entry.deadline = deadline;
	is_right = share(&bed, &entry);
	entry.deadline = 2 * deadline;
	is_right = is_right &&
		   set_table_add(&bed.table, 0, &entry, set_clock) == SET_KEPT;
	is_right = is_right && is_until(&bed, 1, &entry, deadline) &&
		   set_table_del(&bed.table, 1, &entry, set_clock);
	is_right = is_right && is_until(&bed, 0, &entry, 2 * deadline) &&
		   is_until(&bed, 1, &entry, 0) &&
		   is_until(&bed, 2, &entry, deadline);
	drop(&bed.table);
	return is_right;
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 2);
	unsigned int round = 0;

	while (round < ROUNDS && check_round(round))
		round++;
	if (!tap_ok(&tap, round == ROUNDS,
		    "entries of all kinds that come, go, expire and move to "
		    "other tables are what a plain list says"))
		tap_note(&tap, "round %u", round);
	tap_ok(&tap, check_shared(),
	       "a set that leaves a deadline leaves the other sets in it");
	return tap_end(&tap);
}
