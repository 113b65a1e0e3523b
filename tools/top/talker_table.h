/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts sampled packets by source, destination and destination port. A flood
 * may have a new source in each packet, so that the table has an end; it is
 * emptied with each sample.
 */
#ifndef TG_TOP_TALKER_TABLE_H
#define TG_TOP_TALKER_TABLE_H

#include "policy/match/match.h"
#include "rows.h"

#define TALKERS_MAX 65536

struct talker_key {
	uint64_t hi, lo; /* an address, or a port */
	uint8_t end;	 /* enum top_end */
	uint8_t hook, ip6, protocol;
	uint32_t unused;
};

struct talker {
	struct talker_key key;
	struct tg_counter count;
};

struct talker_table {
	struct talker *list;
	size_t count, room;
	struct hash index;
	uint64_t packets; /* all of them */
};

/* Returns 0 or -ENOMEM. */
int talker_table_add(struct talker_table *table, enum tg_hook hook,
		     const struct policy_packet *packet, uint32_t length);

/* As rules write it: an address, or "tcp 443". */
void talker_name(const struct talker_key *key, char *text, size_t size);

/* Those with the most packets first. */
void talker_table_sort(struct talker_table *table);
void talker_table_free(struct talker_table *table);

#endif
