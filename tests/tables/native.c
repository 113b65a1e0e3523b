// SPDX-License-Identifier: GPL-2.0-only
#include "native.h"

#include <string.h>

static const uint8_t *native_tables;
static uint32_t native_size;

#define tg_table_start() ((const char *)native_tables)
#define tg_table_size() native_size

#include "../../progs/include/policy_lookup.h"

/* As in the kernel, the IP header is aligned to 4 bytes. */
#define FRAME_ALIGN 2
#define FRAME_MAX (TG_OFFSET_MASK + 1)

uint32_t native_find(const struct tg_policy *constants, const uint8_t *tables,
		     const void *frame, size_t size,
		     const struct policy_metadata *metadata,
		     const uint32_t sets[TG_SIDES])
{
	_Alignas(4) uint8_t bytes[FRAME_ALIGN + FRAME_MAX];
	uint8_t *start = bytes + FRAME_ALIGN;
	uint8_t live[TG_LIVE_FACTS] = {
		[TG_DIM_FLOW - TG_LIVE_FIRST] = metadata->flow,
	};
	struct tg_headers headers = { 0 };
	struct tg_policy_packet packet = {
		.headers = &headers,
		.size = size,
		.skb = &metadata->skb,
		.has_skb = metadata->has_skb,
		.live = live,
	};
	struct tg_cursor cursor = {
		.start = start,
		.pos = start,
		.end = start + size,
		.left = size,
	};

	for (int side = 0; side < TG_SIDES; side++)
		tg_store_sets(live, side, sets[side]);
	memcpy(start, frame, size);
	if (metadata->has_vlan) {
		headers.vlans = 1;
		headers.vlan_tci[0] = metadata->vlan_tci;
	}
	native_tables = tables;
	native_size = constants->size;
	if (tg_parse_headers(&cursor, &headers, TG_DEPTH_TRANSPORT))
		return constants->malformed;
	return tg_policy_find(constants, &packet);
}
