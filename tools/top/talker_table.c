// SPDX-License-Identifier: GPL-2.0-only
#include "talker_table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"
#include "policy/language/words.h"

static struct talker *find_talker(struct talker_table *table,
				  const struct talker_key *key, uint64_t hash)
{
	size_t step = 0;
	uint32_t number;

	while (hash_next(&table->index, hash, &step, &number)) {
		if (!memcmp(&table->list[number].key, key, sizeof(*key)))
			return &table->list[number];
	}
	return NULL;
}

static int talker_add(struct talker_table *table, const struct talker_key *key,
		      uint32_t length)
{
	uint64_t hash = hash_bytes(0, key, sizeof(*key));
	struct talker *talker = find_talker(table, key, hash);

	if (!talker) {
		if (table->count >= TALKERS_MAX)
			return 0;
		if (!vec_reserve(table->list, table->room, table->count + 1) ||
		    !hash_add(&table->index, hash, table->count))
			return -ENOMEM;
		talker = &table->list[table->count++];
		*talker = (struct talker){ .key = *key };
	}
	talker->count.packets++;
	talker->count.bytes += length;
	return 0;
}

static int add_address(struct talker_table *table, enum tg_hook hook,
		       const struct policy_packet *packet, enum top_end end,
		       uint32_t length)
{
	enum policy_field ip4 = end == TOP_FROM ? POLICY_SRC4 : POLICY_DST4;
	enum policy_field ip6 = end == TOP_FROM ? POLICY_SRC6 : POLICY_DST6;
	struct talker_key key = {
		.end = end,
		.hook = hook,
		.ip6 = packet->has[ip6],
	};

	if (!packet->has[ip4] && !packet->has[ip6])
		return 0;
	key.hi = packet->value[key.ip6 ? ip6 : ip4].hi;
	key.lo = packet->value[key.ip6 ? ip6 : ip4].lo;
	return talker_add(table, &key, length);
}

static int add_port(struct talker_table *table, enum tg_hook hook,
		    const struct policy_packet *packet, uint32_t length)
{
	const struct talker_key key = {
		.end = TOP_PORT,
		.hook = hook,
		.protocol = packet->value[POLICY_PROTOCOL].lo,
		.lo = packet->value[POLICY_DST_PORT].lo,
	};

	return packet->has[POLICY_DST_PORT] && packet->has[POLICY_PROTOCOL]
		       ? talker_add(table, &key, length)
		       : 0;
}

int talker_table_add(struct talker_table *table, enum tg_hook hook,
		     const struct policy_packet *packet, uint32_t length)
{
	int err = add_address(table, hook, packet, TOP_FROM, length);

	table->packets++;
	if (!err)
		err = add_address(table, hook, packet, TOP_TO, length);
	return err ? err : add_port(table, hook, packet, length);
}

void talker_name(const struct talker_key *key, char *text, size_t size)
{
	const char *protocol;
	uint8_t bytes[16];

	if (key->end == TOP_PORT) {
		protocol = word_name(WORDS_PROTOCOL, key->protocol);
		if (protocol)
			snprintf(text, size, "%s %" PRIu64, protocol, key->lo);
		else
			snprintf(text, size, "%u %" PRIu64, key->protocol,
				 key->lo);
		return;
	}
	for (int i = 0; i < 8; i++) {
		bytes[i] = key->hi >> (56 - 8 * i);
		bytes[8 + i] = key->lo >> (56 - 8 * i);
	}
	inet_ntop(key->ip6 ? AF_INET6 : AF_INET, bytes + (key->ip6 ? 0 : 12),
		  text, size);
}

static int by_packets(const void *a, const void *b)
{
	const struct talker *first = a, *second = b;

	if (first->count.packets != second->count.packets)
		return first->count.packets > second->count.packets ? -1 : 1;
	return memcmp(&first->key, &second->key, sizeof(first->key));
}

void talker_table_sort(struct talker_table *table)
{
	if (table->count)
		qsort(table->list, table->count, sizeof(*table->list),
		      by_packets);
}

void talker_table_free(struct talker_table *table)
{
	free(table->list);
	hash_free(&table->index);
	*table = (struct talker_table){ 0 };
}
