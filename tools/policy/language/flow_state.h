/* SPDX-License-Identifier: GPL-2.0-only */
/* The states of flows, as the block 'flows' of a policy names them. */
#ifndef TG_POLICY_FLOW_STATE_H
#define TG_POLICY_FLOW_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow_table.h"

struct flow_state {
	const char *word;
	uint32_t
		seconds; /* without packets, unless the policy says otherwise */
};

extern const struct flow_state flow_states[TG_FLOW_STATES];

/* False for a flow that is being added: a policy cannot change that. */
bool flow_state_has_time(int state);

/* -1: a policy can name no such state. */
int flow_state_named(const char *word, size_t length);

#endif
