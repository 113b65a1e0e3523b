// SPDX-License-Identifier: GPL-2.0-only
/* Flows in `compile --dump`. */
#include <inttypes.h>

#include "dump.h"
#include "policy/language/flow_state.h"
#include "policy/language/words.h"

static void dump_times(FILE *out, const struct tg_policy_flows *flows)
{
	const char *before = "  units of 67 ms:";

	for (int state = 0; state < TG_FLOW_STATES; state++) {
		if (!flow_state_has_time(state))
			continue;
		fprintf(out, "%s %s %" PRIu32, before, flow_states[state].word,
			flows->times[state]);
		before = ",";
	}
	fputc('\n', out);
}

static void dump_decided(FILE *out, const struct tg_policy_flows *flows,
			 int family, const char *name)
{
	for (int fact = 0; fact < TG_FLOW_FACTS; fact++) {
		fprintf(out, "  %s, %s: ", name, word_name(WORDS_FLOW, fact));
		if (flows->is_decided[family][fact])
			dump_outcome(out, flows->outcome[family][fact]);
		else
			fputs("by the tables", out);
		fputc('\n', out);
	}
}

void dump_flows(FILE *out, const struct tg_policy_flows *flows)
{
	if (!flows->is_used)
		return;
	fprintf(out, "flows:\n  VLANs are %s\n",
		flows->has_vlans ? "kept apart" : "not asked");
	dump_times(out, flows);
	dump_decided(out, flows, TG_FAMILY_IP4, "IPv4");
	dump_decided(out, flows, TG_FAMILY_IP6, "IPv6");
}
