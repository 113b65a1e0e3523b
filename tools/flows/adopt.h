/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Take over the flows of sockets that exist, so that a new policy does not cut
 * them: connected TCP and UDP sockets of this network namespace.
 */
#ifndef TG_FLOWS_ADOPT_H
#define TG_FLOWS_ADOPT_H

#include "change.h"
#include "kernel.h"
#include "policy_flow.h"

/*
 * Adds flows of sockets whose packets may pass the device: all but those
 * between loopback addresses, and those alone for a loopback device. `policy`
 * has the times of states, and says whether VLANs are kept apart; NULL for the
 * defaults. Returns 0 or a negative errno after a message.
 */
int flow_adopt(const struct flow_map *map, const char *device,
	       const struct tg_policy_flows *policy, struct flow_tally *tally);

#endif
