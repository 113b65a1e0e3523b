// SPDX-License-Identifier: GPL-2.0-only
#include "set_key.h"

#include "policy/language/set_kind.h"

static bool read_address(struct tg_set_key *key,
			 const struct policy_packet *packet,
			 enum policy_field ip4)
{
	enum policy_field ip6 = ip4 + 1;
	struct policy_value value;

	if (packet->has[ip4]) {
		key->words[0] = packet->value[ip4].lo;
		key->form = TG_SET_FORM_IP4(SET_WHOLE4);
		return true;
	}
	if (!packet->has[ip6])
		return false;
	value = packet->value[ip6];
	key->words[0] = value.hi >> 32;
	key->words[1] = value.hi;
	key->words[2] = value.lo >> 32;
	key->words[3] = value.lo;
	key->form = TG_SET_FORM_IP6(SET_WHOLE6);
	return true;
}

static bool read_port(struct tg_set_key *key,
		      const struct policy_packet *packet, enum tg_side side)
{
	enum policy_field field = set_field(TG_SET_PORTS, side);

	key->port = packet->value[field].lo;
	return packet->has[field];
}

bool set_key_of(struct tg_set_key *key, const struct policy_packet *packet,
		enum tg_set_kind kind, enum tg_side side)
{
	enum policy_field field = set_field(kind, side);

	*key = (struct tg_set_key){ 0 };
	switch (kind) {
	case TG_SET_ADDRESSES:
		return read_address(key, packet, field);
	case TG_SET_PORTS:
		key->form = TG_SET_FORM_PORT;
		return read_port(key, packet, side);
	case TG_SET_MACS:
		key->form = TG_SET_FORM_MAC;
		key->words[0] = packet->value[field].lo >> 16;
		key->words[1] = packet->value[field].lo << 16;
		return packet->has[field];
	case TG_SET_ADDRESS_PORTS:
		if (!read_address(key, packet, field))
			return false;
		key->form = packet->has[field] ? TG_SET_FORM_ADDRESS_PORT4
					       : TG_SET_FORM_ADDRESS_PORT6;
		key->protocol = packet->value[POLICY_PROTOCOL].lo;
		return read_port(key, packet, side);
	default:
		return false;
	}
}

void set_key_cut(struct tg_set_key *key, unsigned int length4,
		 unsigned int length6)
{
	bool is_ip4 = key->form == TG_SET_FORM_IP4(SET_WHOLE4);
	unsigned int length = is_ip4 ? length4 : length6;

	for (unsigned int i = 0; i < 4; i++) {
		unsigned int bits = length > 32 * i ? length - 32 * i : 0;

		if (bits < 32)
			key->words[i] &= ~(UINT64_C(0xffffffff) >> bits);
	}
	key->form = is_ip4 ? TG_SET_FORM_IP4(length) : TG_SET_FORM_IP6(length);
}
