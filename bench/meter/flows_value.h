/* SPDX-License-Identifier: GPL-2.0-only */
/* What the maps of the kernel have of a flow, beside its key. */
#ifndef TG_BENCH_FLOWS_VALUE_H
#define TG_BENCH_FLOWS_VALUE_H

#include "flow_table.h"

struct flows_value {
	struct tg_flow_peer peers[2];
	__u64 word;
};

#endif
