/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of flows in memory, for tests, with a clock that the test sets. */
#ifndef TG_FLOW_BED_H
#define TG_FLOW_BED_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flow_table.h"

struct flow_bed {
	char *start;
	uint32_t lines;
	uint32_t clock;
};

typedef const struct flow_bed *tg_flow_table;

static inline void *tg_flow_line(tg_flow_table bed, uint32_t number)
{
	return number < bed->lines ? bed->start + (size_t)number * TG_FLOW_LINE
				   : NULL;
}

#include "flow_add.h"

static inline struct tg_flow_head *flow_bed_head(const struct flow_bed *bed)
{
	return tg_flow_line(bed, TG_FLOW_HEAD_LINE);
}

static inline void flow_bed_make(struct flow_bed *bed, uint32_t buckets)
{
	struct tg_flow_head head = {
		.version = TG_FLOW_VERSION,
		.lines = TG_FLOW_LINES(buckets),
		.buckets = buckets,
		.secret = { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344,
			    0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89,
			    0x452821e6, 0x38d01377 },
	};

	bed->lines = head.lines;
	bed->clock = 1000;
	bed->start =
		aligned_alloc(TG_FLOW_LINE, (size_t)bed->lines * TG_FLOW_LINE);
	if (!bed->start)
		abort();
	memset(bed->start, 0, (size_t)bed->lines * TG_FLOW_LINE);
	*flow_bed_head(bed) = head;
}

static inline void flow_bed_free(struct flow_bed *bed)
{
	free(bed->start);
}

/* Flow n of many: the sender is the low end, which is another end's number. */
static inline struct tg_flow_key flow_bed_key(uint32_t number)
{
	return (struct tg_flow_key){
		.low = { 0x0a000000 + number % 1000 },
		.high = { 0xc6336400 + number % 7 },
		.low_port = 1024 + number / 1000 % 60000,
		.high_port = 443 + number / 60000000,
		.protocol = 6,
		.form = TG_FLOW_IP4,
	};
}

static inline struct tg_flow_key flow_bed_reply(const struct tg_flow_key *key)
{
	struct tg_flow_key reply = *key;

	memcpy(reply.low, key->high, sizeof(reply.low));
	memcpy(reply.high, key->low, sizeof(reply.high));
	reply.low_port = key->high_port;
	reply.high_port = key->low_port;
	return reply;
}

static inline bool flow_bed_find(const struct flow_bed *bed,
				 const struct tg_flow_key *key,
				 struct tg_flow_place *place)
{
	const struct tg_flow_head *head = flow_bed_head(bed);

	return tg_flow_find(bed, head, key, tg_flow_hash(head, key), bed->clock,
			    place);
}

static inline int flow_bed_add(const struct flow_bed *bed,
			       const struct tg_flow_key *key, uint8_t state,
			       uint32_t time)
{
	const struct tg_flow_head *head = flow_bed_head(bed);
	struct tg_flow_wish wish = {
		.flow = { .key = *key },
		.hash = tg_flow_hash(head, key),
		.now = bed->clock,
		.time = time,
		.state = state,
	};

	return tg_flow_add(bed, head, &wish);
}

/* A word of the table, by the number of its way among all. */
static inline __u64 *flow_bed_word(const struct flow_bed *bed, uint32_t number)
{
	__u64 *words =
		tg_flow_line(bed, TG_FLOW_FIRST_BUCKET + number / TG_FLOW_WAYS);

	return &words[number % TG_FLOW_WAYS];
}

static inline struct tg_flow *flow_bed_flow(const struct flow_bed *bed,
					    uint32_t number)
{
	return tg_flow_line(
		bed, TG_FLOW_FIRST_FLOW(flow_bed_head(bed)->buckets) + number);
}

#endif
