// SPDX-License-Identifier: GPL-2.0-only
#include "explain_flows.h"

#include <netinet/in.h>

#include "headers.h"
#include "policy/language/words.h"

#define ICMP_ECHO 8
#define ICMP_TIMESTAMP 13
#define ICMP_INFO_REQUEST 15
#define ICMP6_ECHO 128

const char *flow_fact_name(const struct policy_packet *packet)
{
	if (!packet->has[POLICY_FLOW])
		return NULL;
	return word_name(WORDS_FLOW, packet->value[POLICY_FLOW].lo);
}

/* Requests begin a flow; ICMP errors and neighbour discovery do not. */
static bool is_request(const struct policy_packet *packet)
{
	uint64_t type = packet->value[POLICY_ICMP_TYPE].lo;

	if (!packet->has[POLICY_ICMP_TYPE])
		return false;
	if (packet->value[POLICY_PROTOCOL].lo == IPPROTO_ICMPV6)
		return type == ICMP6_ECHO;
	return type == ICMP_ECHO || type == ICMP_TIMESTAMP ||
	       type == ICMP_INFO_REQUEST;
}

static bool begins_flow(const struct policy_packet *packet)
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

void flow_assumed_print(FILE *out, const struct policy_packet *packet)
{
	const char *name = flow_fact_name(packet);

	if (name)
		fprintf(out, "; assumed to be %s", name);
}

void flow_keep_print(FILE *out, enum policy_keep keep,
		     const struct policy_packet *packet)
{
	if (!keep || !begins_flow(packet))
		return;
	fputs("; would keep its flow", out);
	if (keep == POLICY_KEEP_ELSE_DROP)
		fputs(", and drop it if there is no room", out);
}

json_t *flow_keep_to_json(enum policy_keep keep,
			  const struct policy_packet *packet)
{
	return json_pack("{s:b, s:s?}", "keep", begins_flow(packet), "else",
			 keep == POLICY_KEEP_ELSE_DROP ? "drop" : NULL);
}
