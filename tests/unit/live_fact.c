// SPDX-License-Identifier: GPL-2.0-only
/*
 * live_fact - a field whose value is not in the packet, with tables that are
 * written by hand.
 *
 *	build/tests/live_fact
 */
#include <stdalign.h>
#include <stddef.h>

#include <linux/types.h>

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
	.used_end = TG_DIM_FLOW + 1,
	.is_used = { [TG_DIM_FLOW] = 1 },
	.root = ROW,
	.leaves_end = MAP,
	.map = { [TG_DIM_FLOW] = MAP },
};
static const struct tg_policy_family not_asking = {
	.root = CELL,
	.leaves_end = ROW,
};
static struct tg_policy asks; /* for IPv4 */

/* Packets of families that do not ask have no facts: reading them would crash.
 */
static __u32 outcome_of(enum tg_network network, const __u8 *facts)
{
	struct tg_headers headers = { .network = network };
	struct tg_policy_packet packet = { .headers = &headers, .live = facts };

	return tg_policy_find(&asks, &packet);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 6);

	asks.family[TG_FAMILY_IP4] = asking;
	asks.family[TG_FAMILY_IP6] = not_asking;
	asks.family[TG_FAMILY_OTHER] = not_asking;
	for (__u8 value = 0; value < 4; value++) {
		const __u8 facts[TG_LIVE_FACTS] = {
			[TG_DIM_FLOW - TG_LIVE_FIRST] = value,
		};

		tap_ok(&tap,
		       outcome_of(TG_NET_IPV4, facts) ==
			       (value % 2 ? ODD : EVEN),
		       "the fact %u decides", value);
	}
	tap_ok(&tap, outcome_of(TG_NET_IPV6, NULL) == NOTHING,
	       "a family whose rules do not ask reads no fact");
	tap_ok(&tap, outcome_of(TG_NET_ARP, NULL) == NOTHING,
	       "packets that cannot have the fact do not read it");
	return tap_end(&tap);
}
