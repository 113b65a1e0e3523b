// SPDX-License-Identifier: GPL-2.0-only
/* What became of a packet, in a word. */
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

/* What it does to the packet; -1: none of ours would return that. */
static int returned_verdict(enum tg_hook hook, int returned)
{
	return hook == TG_HOOK_XDP ? xdp_verdict(returned)
				   : tc_verdict(returned);
}

/*
 * What the kernel does is what was returned. XDP cannot tell accept from pass,
 * and a packet that goes back is redirected: there the counter knows more.
 */
const char *live_answer_verdict(const struct live_answer *answer)
{
	int returned = returned_verdict(answer->hook, answer->returned);
	const struct way_stop *decided = answer->way->decided;
	int counted = decided ? way_last_note(decided)->verdict : -1;

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
