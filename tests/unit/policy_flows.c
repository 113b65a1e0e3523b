// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_flows - checks what the compiler says about flows: whether they are
 * used, the times of their states, and the facts that decide alone.
 */
#include <string.h>

#include "policy/compile/compile.h"
#include "policy/language/text/read.h"
#include "tap.h"

/*
 * For new, established, related and invalid packets of IPv4, then of IPv6: the
 * rule that decides without a lookup, 0 for the default, or '-'.
 */
static const struct decision {
	const char *policy, *expected;
} decisions[] = {
	{ "default drop\npass established", "0100 0100" },
	{ "default drop\npass { established, related }\npass tcp",
	  "-11- -11-" },
	{ "default pass keep\npass !new\ndrop invalid", "0111 0111" },
	{ "pass ip established\npass ip6 invalid", "0100 0002" },
	{ "pass arp\ndrop ether lldp\ndrop !established", "3033 3033" },
	{ "drop tcp\npass established", "---- ----" },
	{ "drop new tcp\npass established\ndrop related\n", "-230 -230" },
	{ "pass established tcp\ndrop { established, related }", "0-20 0-20" },
	{ "drop from 198.51.100.1\npass established", "---- 0200" },
	{ "set a { addresses }\ndrop from @a\npass established", "---- ----" },
	{ "drop mark 7\npass established", "---- ----" },
	{ "drop vlan any\npass established", "---- ----" },
	{ "pass proto 0-255\npass established", "1111 1111" },
	{ "pass keep", "1111 1111" },
	{ "jump known !new\nnext\nsublist known {\ndrop invalid\npass tcp\n}",
	  "2--3 2--3" },
	{ "jump old ip\npass new\nsublist old {\ndrop established\n}",
	  "2300 2000" },
	{ "drop from { }\npass established", "0200 0200" },
};
#define DECISIONS (sizeof(decisions) / sizeof(*decisions))

static bool compile_text(const char *text, struct compiled *compiled)
{
	struct diagnostics diagnostics = { 0 };
	struct compile_options options = { 0 };
	struct read_options read = { 0 };
	struct policy policy;
	bool good;

	*compiled = (struct compiled){ 0 };
	good = !policy_read_text(&policy, "flows", text, strlen(text), &read,
				 &diagnostics) &&
	       !policy_compile(&policy, &options, compiled, &diagnostics);
	if (diagnostics.counts[SEVERITY_ERROR])
		diagnostics_print(&diagnostics, policy.sources, stdout);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
	return good;
}

static void check_decision(struct tap *tap, const struct decision *decision)
{
	struct compiled compiled;
	bool good = compile_text(decision->policy, &compiled);
	const struct tg_policy_flows *flows = &compiled.flows;
	char found[2 * (TG_FLOW_FACTS + 1)], *at = found;

	for (int family = TG_FAMILY_IP4; family <= TG_FAMILY_IP6; family++) {
		for (int fact = 0; fact < TG_FLOW_FACTS; fact++)
			*at++ = flows->is_decided[family][fact]
					? '0' + TG_OUTCOME_RULE(
							flows->outcome[family]
								      [fact])
					: '-';
		*at++ = ' ';
	}
	at[-1] = '\0';
	if (!tap_ok(tap,
		    good && flows->is_used &&
			    !strcmp(found, decision->expected),
		    "facts decide: %s", decision->expected))
		tap_note(tap, "found %s for: %s", found, decision->policy);
	compiled_free(&compiled);
}

static void check_used(struct tap *tap, const char *text, bool is_used)
{
	struct compiled compiled;
	bool good = compile_text(text, &compiled);
	static const struct tg_policy_flows none;

	good = good && compiled.flows.is_used == is_used &&
	       (is_used ||
		!memcmp(&compiled.flows, &none, sizeof(compiled.flows)));
	tap_ok(tap, good, "flows are %s: %.*s", is_used ? "used" : "not used",
	       (int)strcspn(text, "\n"), text);
	compiled_free(&compiled);
}

static void check_times(struct tap *tap)
{
	struct compiled compiled;
	bool good = compile_text(
		"flows { established 2h udp-sent 365d vlans apart }\n"
		"pass new keep",
		&compiled);
	const __u32 *times = compiled.flows.times;

	tap_ok(tap,
	       good && compiled.flows.has_vlans &&
		       times[TG_FLOW_ESTABLISHED] == TG_FLOW_TIME(7200) &&
		       times[TG_FLOW_UDP_SENT] == TG_FLOW_TIME(31536000) &&
		       times[TG_FLOW_SYN_SENT] == TG_FLOW_TIME(120) &&
		       times[TG_FLOW_FRAGMENTS] == TG_FLOW_TIME(30),
	       "the times of the block, and those of other states");
	compiled_free(&compiled);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, DECISIONS + 6);

	for (size_t i = 0; i < DECISIONS; i++)
		check_decision(&tap, &decisions[i]);
	check_used(&tap, "pass tcp", false);
	check_used(&tap, "flows { established 2h }\npass tcp", false);
	check_used(&tap, "default pass keep", true);
	check_used(&tap, "pass tcp keep else drop", true);
	check_used(&tap, "jump a established\nsublist a {\n}", true);
	check_times(&tap);
	return tap_end(&tap);
}
