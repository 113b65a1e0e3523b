// SPDX-License-Identifier: GPL-2.0-only
#include "explain_flows.h"

#include "policy/language/words.h"
#include "policy/match/flow.h"

const char *flow_fact_name(const struct policy_packet *packet)
{
	if (!packet->has[POLICY_FLOW])
		return NULL;
	return word_name(WORDS_FLOW, packet->value[POLICY_FLOW].lo);
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
	if (!keep || !packet_begins_flow(packet))
		return;
	fputs("; would keep its flow", out);
	if (keep == POLICY_KEEP_ELSE_DROP)
		fputs(", and drop it if there is no room", out);
}

json_t *flow_keep_to_json(enum policy_keep keep,
			  const struct policy_packet *packet)
{
	return json_pack("{s:b, s:s?}", "keep", packet_begins_flow(packet),
			 "else", keep == POLICY_KEEP_ELSE_DROP ? "drop" : NULL);
}
