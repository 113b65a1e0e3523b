// SPDX-License-Identifier: GPL-2.0-only
#include "verdict_names.h"

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <stddef.h>

const char *verdict_name(int verdict)
{
	switch (verdict) {
#define VERDICT_NAME(number, name, text) \
	case number:                     \
		return text;
		TG_VERDICT_LIST(VERDICT_NAME)
	default:
		return "?";
	}
}

const char *reason_name(int reason)
{
	static const char *const own[] = { "own-0", "own-1", "own-2", "own-3",
					   "own-4", "own-5", "own-6", "own-7" };

	switch (reason) {
#define REASON_NAME(number, name, text, meaning) \
	case number:                             \
		return text;
		TG_REASON_LIST(REASON_NAME)
	default:
		if (reason < TG_REASON_OWN_FIRST || reason >= TG_REASONS)
			return "?";
		return own[reason - TG_REASON_OWN_FIRST];
	}
}

const char *reason_meaning(int reason)
{
	switch (reason) {
#define REASON_MEANING(number, name, text, meaning) \
	case number:                                \
		return meaning;
		TG_REASON_LIST(REASON_MEANING)
	default:
		return NULL;
	}
}

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

int returned_verdict(enum tg_hook hook, int returned)
{
	return hook == TG_HOOK_XDP ? xdp_verdict(returned)
				   : tc_verdict(returned);
}
