// SPDX-License-Identifier: GPL-2.0-only
#include "live_limits.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "limits/ask.h"
#include "limits/key_text.h"
#include "limits/level.h"
#include "lib/json_print.h"
#include "sets/memory.h"

#include "live_packet.h"

/* --- the room */

static int read_size(struct live_limits *limits)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0)
		return cpus;
	if (bpf_obj_get_info_by_fd(limits->room, &info, &size) < 0)
		return -errno;
	if (info.type != BPF_MAP_TYPE_PERCPU_ARRAY || info.max_entries != 1 ||
	    info.value_size != sizeof(struct tg_live_room))
		return -EPROTO;
	limits->room_size = (info.value_size + 7) / 8 * 8;
	limits->rooms = calloc(cpus, limits->room_size);
	return limits->rooms ? 0 : -ENOMEM;
}

int live_limits_open(struct live_limits *limits, int table, int room)
{
	*limits = (struct live_limits){ .room = room };
	/* no table, or one of another version: programs limit nothing */
	if (limit_map_look(&limits->map, table))
		line_map_close(&limits->map);
	return read_size(limits);
}

void live_limits_close(struct live_limits *limits)
{
	line_map_close(&limits->map);
	free(limits->rooms);
	limits->rooms = NULL;
}

int live_limits_begin(struct live_limits *limits)
{
	__u32 key = 0;

	limits->has_packet = false;
	memset(limits->rooms, 0,
	       libbpf_num_possible_cpus() * limits->room_size);
	return bpf_map_update_elem(limits->room, &key, limits->rooms, BPF_ANY) <
			       0
		       ? -errno
		       : 0;
}

/* --- what was asked */

static void take_key(struct tg_limit_note *note,
		     const struct tg_limit_wish *wish)
{
	const struct tg_flow_key *key = &wish->key;

	*note = (struct tg_limit_note){
		.per = wish->per,
		.form = key->form,
		.protocol = key->protocol,
		.ports = { key->low_port, key->high_port },
	};
	memcpy(note->words, key->low, sizeof(note->words));
	if (wish->per == TG_LIMIT_PER_FLOW)
		memcpy(note->words + 2, key->high, 2 * sizeof(*note->words));
}

/* How far ahead the key's schedule is; 0 if it has no way. */
static uint64_t ahead_of(const struct line_map *map,
			 const struct tg_limit_wish *wish)
{
	const struct tg_limit_head *head = limit_head(map);
	uint32_t first = tg_limit_bucket(head, wish, wish->name);
	uint32_t second =
		tg_limit_bucket(head, wish, tg_flow_second_point(wish->name));
	const struct tg_limit_way *way = tg_limit_find(map, first, wish->name);

	if (!way)
		way = tg_limit_find(map, second, wish->name);
	return way ? limit_ahead(TG_READ(way->schedule), wish->bill.now,
				 wish->bill.beyond)
		   : 0;
}

static void take_wish(struct live_limits *limits,
		      const struct tg_limit_wish *wish)
{
	const struct tg_limit_bill *bill = &wish->bill;
	uint64_t ahead = 0;

	limits->has_packet = true;
	take_key(&limits->key, wish);
	if (limits->map.start)
		ahead = ahead_of(&limits->map, wish);
	limits->wait = 0;
	limits->left = ahead < bill->burst && bill->cost
			       ? (bill->burst - ahead) / bill->cost
			       : 0;
	if (!limits->left)
		limits->wait = (ahead + bill->cost - bill->burst) >>
			       TG_LIMIT_TIME_SHIFT;
}

/* The program has run on one processor. */
int live_limits_end(struct live_limits *limits)
{
	int cpus = libbpf_num_possible_cpus();
	__u32 key = 0;

	if (bpf_map_lookup_elem(limits->room, &key, limits->rooms) < 0)
		return -errno;
	for (int cpu = 0; cpu < cpus && !limits->has_packet; cpu++) {
		const struct tg_live_room *room =
			(const void *)(limits->rooms + cpu * limits->room_size);

		/* every limit has a burst */
		if (room->limit.bill.burst)
			take_wish(limits, &room->limit);
	}
	return 0;
}

/* --- answers */

void live_limits_print(FILE *out, const struct live_limits *limits)
{
	char key[LIMIT_KEY_SIZE], wait[LIMIT_TEXT_SIZE];

	if (!limits->has_packet)
		return;
	limit_key_print(key, &limits->key, NULL);
	limit_wait_print(wait, limits->wait);
	if (limits->left)
		fprintf(out, "; limit: %s, %llu as large may pass now", key,
			(unsigned long long)limits->left);
	else
		fprintf(out, "; limit: %s, the next may pass in %s", key, wait);
}

json_t *live_limits_to_json(const struct live_limits *limits)
{
	json_t *object;

	if (!limits->has_packet)
		return json_null();
	object = limit_key_to_json(&limits->key, NULL);
	add_json_members(object,
			 json_pack("{s:b, s:I, s:f}", "over", !limits->left,
				   "left", (json_int_t)limits->left, "wait",
				   limits->wait / 1e9));
	return object;
}
