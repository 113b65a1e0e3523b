// SPDX-License-Identifier: GPL-2.0-only
#include "set_kind.h"

const struct set_kind set_kinds[TG_SET_KINDS] = {
	[TG_SET_ADDRESSES] = { "addresses", "an address", "", KIND_ADDRESS,
			       false },
	[TG_SET_PORTS] = { "ports", "a port", "port ", KIND_PORT, true },
	[TG_SET_MACS] = { "macs", "a MAC", "mac ", KIND_MAC, false },
	[TG_SET_ADDRESS_PORTS] = { "address-ports", "an address with its port",
				   "", KIND_ADDRESS, true },
};

enum policy_field set_field(enum tg_set_kind kind, enum tg_side side)
{
	bool is_from = side == TG_SIDE_FROM;

	switch (set_kinds[kind].values) {
	case KIND_PORT:
		return is_from ? POLICY_SRC_PORT : POLICY_DST_PORT;
	case KIND_MAC:
		return is_from ? POLICY_SRC_MAC : POLICY_DST_MAC;
	default:
		return is_from ? POLICY_SRC4 : POLICY_DST4;
	}
}

enum tg_side set_side(enum policy_field field)
{
	switch (field) {
	case POLICY_SRC4:
	case POLICY_SRC6:
	case POLICY_SRC_PORT:
	case POLICY_SRC_MAC:
		return TG_SIDE_FROM;
	default:
		return TG_SIDE_TO;
	}
}
