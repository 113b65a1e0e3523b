/* SPDX-License-Identifier: GPL-2.0-only */
/* What 'keep' would do with a packet. */
#ifndef TG_POLICY_MATCH_FLOW_H
#define TG_POLICY_MATCH_FLOW_H

#include "match.h"

/* True if the packet is new, and of a kind that flows are made of. */
bool packet_begins_flow(const struct policy_packet *packet);

#endif
