/* SPDX-License-Identifier: GPL-2.0-only */
/* What sets.bpf.c and sets.c tell each other. */
#ifndef TG_SETS_EXCHANGE_H
#define TG_SETS_EXCHANGE_H

#include "policy_set.h"

struct sets_exchange {
	__u32 changes; /* how many of the tables' changes are made */
	/* answers */
	__u32 is_parsed;
	__u32 sets[TG_SIDES];
	__u32 refused;
};

#endif
