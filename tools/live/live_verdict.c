// SPDX-License-Identifier: GPL-2.0-only
/* The verdict of a packet, from the return code and the counters. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include "live_answer.h"
#include "lib/verdict_names.h"

static int xdp_verdict(int returned)
{
	switch (returned) {
	case XDP_ABORTED:
	case XDP_DROP:
		return TG_VERDICT_DROP;
	case XDP_PASS:
		return TG_VERDICT_PASS;
	case XDP_TX:
		return TG_VERDICT_REJECT;
	case XDP_REDIRECT:
		return TG_VERDICT_REDIRECT;
	default:
		return -1;
	}
}

static int tc_verdict(int returned)
{
	switch (returned) {
	case TC_ACT_UNSPEC:
		return TG_VERDICT_PASS;
	case TC_ACT_OK:
		return TG_VERDICT_ACCEPT;
	case TC_ACT_SHOT:
		return TG_VERDICT_DROP;
	case TC_ACT_REDIRECT:
		return TG_VERDICT_REDIRECT;
	default:
		return -1;
	}
}

/* The verdict for a return code; -1 if no plugin returns that code. */
static int returned_verdict(enum tg_hook hook, int returned)
{
	return hook == TG_HOOK_XDP ? xdp_verdict(returned)
				   : tc_verdict(returned);
}

/*
 * The return code decides. It is the same for accept and pass on XDP, and for
 * reject and redirect on tc; there the counters tell which it was.
 */
const char *live_answer_verdict(const struct live_answer *answer)
{
	int returned = returned_verdict(answer->hook, answer->returned);
	const struct trace_hop *decided = answer->trace->decided;
	int counted = decided ? trace_last_note(decided)->verdict : -1;

	if (returned < 0)
		return "other";
	if (counted < 0 || counted == returned)
		return verdict_name(returned);
	if (counted == TG_VERDICT_ACCEPT && answer->hook == TG_HOOK_XDP &&
	    returned == TG_VERDICT_PASS)
		return verdict_name(counted);
	if (counted == TG_VERDICT_REJECT && returned == TG_VERDICT_REDIRECT)
		return verdict_name(counted);
	return verdict_name(returned);
}
