/* SPDX-License-Identifier: GPL-2.0-only */
/* A flow that is to be added to a table. */
#ifndef TG_FLOW_WISH_H
#define TG_FLOW_WISH_H

#include "flow_table.h"

struct tg_flow_wish {
	struct tg_flow flow;
	__u64 hash; /* of the flow's key */
	__u32 now;
	__u32 time; /* in the state */
	__u8 state; /* the first one, and enum tg_flow_flag */
	__u8 flags;
	__u8 unused[6];
};

_Static_assert(sizeof(struct tg_flow_wish) == 88, "no byte is undefined");

#endif
