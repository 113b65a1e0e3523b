/* SPDX-License-Identifier: GPL-2.0-only */
/* What a limit asks about a packet: the key, and what the packet costs. */
#ifndef TG_LIMIT_KEY_H
#define TG_LIMIT_KEY_H

#include "limit_total.h"
#include "packet_ends.h"

/* The first bits of 64: all, some or none, without a branch. */
static __always_inline __u64 tg_limit_mask(__u32 bits)
{
	__u32 half = bits / 2;

	return ~0ULL << (32 - half) << (32 - (bits - half));
}

static __always_inline void tg_limit_address(struct tg_flow_key *key,
					     const struct tg_end *end,
					     const struct tg_limit *limit)
{
	__u32 bits =
		end->family == TG_FAMILY_IP6 ? limit->length6 : limit->length4;
	__u32 upper = tg_least(bits, 64);
	__u64 word = tg_flow_address_word(end->address);

	key->form |= end->family + 1;
	word &= tg_limit_mask(upper);
	key->low[0] = word >> 32;
	key->low[1] = word;
	word = tg_flow_address_word(end->address + 2);
	word &= tg_limit_mask(bits - upper);
	key->low[2] = word >> 32;
	key->low[3] = word;
}

static __always_inline void tg_limit_both_ends(struct tg_flow_key *key,
					       const struct tg_end *from,
					       const struct tg_end *to)
{
	key->form |= from->family + 1;
	key->protocol = from->protocol;
	key->low_port = from->port;
	key->high_port = to->port;
#pragma clang loop unroll(full)
	for (int i = 0; i < 4; i++) {
		key->low[i] = from->address[i];
		key->high[i] = to->address[i];
	}
	tg_flow_order(key);
}

/* Packets without an address, or without ports, have one key together. */
static __always_inline void tg_limit_set_key(struct tg_limit_wish *wish,
					     const struct tg_limit *limit,
					     const struct tg_end *ends,
					     __u32 hook)
{
	const struct tg_end *from = &ends[TG_SIDE_FROM];
	const struct tg_end *to = &ends[TG_SIDE_TO];
	struct tg_flow_key *key = &wish->key;

	*key = (struct tg_flow_key){ .form = TG_LIMIT_FORM(0, hook) };
	switch (limit->per) {
	case TG_LIMIT_PER_FROM:
		tg_limit_address(key, from, limit);
		break;
	case TG_LIMIT_PER_TO:
		tg_limit_address(key, to, limit);
		break;
	case TG_LIMIT_PER_FLOW:
		tg_limit_both_ends(key, from, to);
		break;
	case TG_LIMIT_PER_PORT:
		key->low_port = to->port;
		key->protocol = to->protocol;
		break;
	}
}

static __always_inline __u64 tg_limit_cost(const struct tg_limit *limit,
					   __u64 amount)
{
	return amount * limit->price >> (limit->price_shift & 63);
}

/* The slack is the same for all packets of a limit: it chooses the clock. */
static __always_inline struct tg_limit_bill
tg_limit_bill_of(const struct tg_limit *limit, __u32 size)
{
	__u64 cost = tg_limit_cost(limit, limit->is_of_size ? size : 1);
	__u64 usual = limit->is_of_size ? tg_limit_cost(limit, TG_LIMIT_PACKET)
					: cost;

	return (struct tg_limit_bill){
		.cost = cost,
		.burst = limit->burst,
		.beyond = limit->beyond,
		.slack = limit->burst > usual ? limit->burst - usual : 0,
	};
}

static __always_inline void tg_limit_set_wish(struct tg_limit_wish *wish,
					      const struct tg_limit *limit,
					      __u32 size)
{
	wish->limit = limit->name;
	wish->per = limit->per;
	wish->bill = tg_limit_bill_of(limit, size);
}

#endif
