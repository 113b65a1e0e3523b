// SPDX-License-Identifier: GPL-2.0-only
#include "flow_state.h"

#include <string.h>

const struct flow_state flow_states[TG_FLOW_STATES] = {
#define FLOW_STATE(name, text, seconds, rank) \
	[TG_FLOW_##name] = { text, seconds },
	TG_FLOW_STATE_LIST(FLOW_STATE)
#undef FLOW_STATE
};

bool flow_state_has_time(int state)
{
	return state != TG_FLOW_PENDING;
}

int flow_state_named(const char *word, size_t length)
{
	for (int state = 0; state < TG_FLOW_STATES; state++) {
		if (flow_state_has_time(state) &&
		    strlen(flow_states[state].word) == length &&
		    !memcmp(flow_states[state].word, word, length))
			return state;
	}
	return -1;
}
