// SPDX-License-Identifier: GPL-2.0-only
/*
 * live_fact - a dimension whose value is a lookup in a map, with a made-up fact
 * in place of the lookup, and tables that are written by hand.
 *
 *	build/tests/live_fact
 */
#include <stdalign.h>
#include <stddef.h>

#include <linux/types.h>

struct tg_policy_packet;

static __u32 made_up_fact(const struct tg_policy_packet *packet);

#define TG_LIVE_LIST(TG_DIMENSION) \
	TG_DIMENSION(MADE_UP, LIVE, 2, IP, ALWAYS, made_up_fact(packet))

#define tg_table_start() ((const char *)tables)
#define tg_table_size() sizeof(tables)

enum { MAP = 64, ROW = 128, CELL = 208 };
enum { EVEN = 10, ODD, NOTHING };

/* Even values are the first class, odd ones the second. */
alignas(32) static const __u32 tables[64] = {
	[MAP / 4 + 1] = 4,   [MAP / 4 + 3] = 4, [ROW / 4 + 1] = EVEN,
	[ROW / 4 + 2] = ODD, [CELL / 4] = CELL, [CELL / 4 + 1] = NOTHING,
};

#include "policy_lookup.h"
#include "tap.h"

static const struct tg_policy_family asking = {
	.used_end = TG_DIM_MADE_UP + 1,
	.is_used = { [TG_DIM_MADE_UP] = 1 },
	.root = ROW,
	.leaves_end = MAP,
	.map = { [TG_DIM_MADE_UP] = MAP },
};
static const struct tg_policy_family not_asking = {
	.root = CELL,
	.leaves_end = ROW,
};
static struct tg_policy asks; /* for IPv4 */

static __u32 fact;
static unsigned int lookups;

static __u32 made_up_fact(const struct tg_policy_packet *packet)
{
	(void)packet;
	lookups++;
	return fact;
}

static __u32 outcome_of(enum tg_network network, __u32 value)
{
	struct tg_headers headers = { .network = network };
	struct tg_policy_packet packet = { .headers = &headers };

	fact = value;
	lookups = 0;
	return tg_policy_find(&asks, &packet);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 8);

	asks.family[TG_FAMILY_IP4] = asking;
	asks.family[TG_FAMILY_IP6] = not_asking;
	asks.family[TG_FAMILY_OTHER] = not_asking;
	for (__u32 value = 0; value < 4; value++)
		tap_ok(&tap,
		       outcome_of(TG_NET_IPV4, value) ==
			       (value % 2 ? ODD : EVEN),
		       "the fact %u decides", value);
	tap_ok(&tap, lookups == 1, "it is looked up once for a packet");
	tap_ok(&tap, outcome_of(TG_NET_IPV6, 1) == NOTHING && !lookups,
	       "a family whose rules do not ask has no lookup");
	tap_ok(&tap, outcome_of(TG_NET_ARP, 1) == NOTHING && !lookups,
	       "packets that cannot have the fact have no lookup");
	tap_ok(&tap, TG_DIM_MADE_UP == TG_DIMENSIONS - 1,
	       "it is the last field of a lookup");
	return tap_end(&tap);
}
