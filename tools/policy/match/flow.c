// SPDX-License-Identifier: GPL-2.0-only
#include "flow.h"

#include <netinet/in.h>

#include "headers.h"

#define ICMP_ECHO 8
#define ICMP_TIMESTAMP 13
#define ICMP_INFO_REQUEST 15
#define ICMP_MASK_REQUEST 17
#define ICMP6_ECHO 128

/* Requests begin a flow; ICMP errors and neighbour discovery do not. */
static bool is_request(const struct policy_packet *packet)
{
	uint64_t type = packet->value[POLICY_ICMP_TYPE].lo;

	if (!packet->has[POLICY_ICMP_TYPE])
		return false;
	if (packet->value[POLICY_PROTOCOL].lo == IPPROTO_ICMPV6)
		return type == ICMP6_ECHO;
	return type == ICMP_ECHO || type == ICMP_TIMESTAMP ||
	       type == ICMP_INFO_REQUEST || type == ICMP_MASK_REQUEST;
}

bool packet_begins_flow(const struct policy_packet *packet)
{
	if (!packet->has[POLICY_FLOW] ||
	    packet->value[POLICY_FLOW].lo != TG_FLOW_FACT_NEW ||
	    packet->value[POLICY_FRAGMENT].lo == TG_FRAG_LATER)
		return false;
	switch (packet->value[POLICY_PROTOCOL].lo) {
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return is_request(packet);
	default:
		return packet->value[POLICY_PROTOCOL].lo != IPPROTO_IGMP;
	}
}
