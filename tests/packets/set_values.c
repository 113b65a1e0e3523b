// SPDX-License-Identifier: GPL-2.0-only
#include "set_values.h"

#include <string.h>

#include "policy_value.h"

static uint32_t read32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

static void read_side(struct set_values *values, enum tg_side side,
		      const struct tg_headers *headers)
{
	const uint8_t *frame = (const uint8_t *)headers->eth;
	const uint8_t *mac = frame + (side == TG_SIDE_TO ? 0 : 6);
	bool *has = values->has[side];
	struct tg_set_key *keys = values->keys[side];
	struct tg_set_key *address = &keys[TG_SET_ADDRESSES];

	has[TG_SET_MACS] = true;
	keys[TG_SET_MACS] = (struct tg_set_key){
		.words = { read32(mac), (uint32_t)mac[4] << 24 | mac[5] << 16 },
		.form = TG_SET_FORM_MAC,
	};
	if (headers->ip4) {
		address->words[0] =
			read32((const uint8_t *)headers->ip4 + 12 + 4 * side);
		address->form = TG_SET_FORM_IP4(32);
	} else if (headers->ip6) {
		for (int i = 0; i < 4; i++)
			address->words[i] =
				read32((const uint8_t *)headers->ip6 + 8 +
				       16 * side + 4 * i);
		address->form = TG_SET_FORM_IP6(128);
	}
	has[TG_SET_ADDRESSES] = headers->ip4 || headers->ip6;
	if (headers->transport < TG_L4_TCP || headers->transport > TG_L4_SCTP)
		return;
	has[TG_SET_PORTS] = has[TG_SET_ADDRESS_PORTS] = true;
	keys[TG_SET_PORTS] = (struct tg_set_key){
		.port = side == TG_SIDE_TO ? headers->dport : headers->sport,
		.form = TG_SET_FORM_PORT,
	};
	keys[TG_SET_ADDRESS_PORTS] = *address;
	keys[TG_SET_ADDRESS_PORTS].port = keys[TG_SET_PORTS].port;
	keys[TG_SET_ADDRESS_PORTS].protocol = headers->protocol;
	keys[TG_SET_ADDRESS_PORTS].form = headers->ip4
						  ? TG_SET_FORM_ADDRESS_PORT4
						  : TG_SET_FORM_ADDRESS_PORT6;
}

bool set_values_read(struct set_values *values,
		     const struct random_packet *packet)
{
	_Alignas(4) static uint8_t bytes[2 + RANDOM_PACKET_MAX];
	struct tg_headers headers = { 0 };
	struct tg_cursor cursor = {
		.start = bytes + 2,
		.pos = bytes + 2,
		.end = bytes + 2 + packet->size,
		.left = packet->size,
	};

	memcpy(bytes + 2, packet->bytes, packet->size);
	*values = (struct set_values){ .family = TG_FAMILY_OTHER };
	if (tg_parse_headers(&cursor, &headers, TG_DEPTH_TRANSPORT))
		return false;
	if (headers.ip4 || headers.ip6)
		values->family = headers.ip4 ? TG_FAMILY_IP4 : TG_FAMILY_IP6;
	read_side(values, TG_SIDE_FROM, &headers);
	read_side(values, TG_SIDE_TO, &headers);
	return true;
}
