// SPDX-License-Identifier: GPL-2.0-only
/*
 * counters - checks the numbers shared by programs, tools and pinned maps: they
 * are unique, within their arrays, and each has its own cell.
 */
#include <string.h>

#include "counters.h"
#include "slots.h"
#include "tap.h"

struct number {
	int number;
	const char *name;
	const char *text;
};

#define NUMBER(number, name, text, ...) { number, #name, text },

static const struct number hooks[] = { TG_HOOK_LIST(NUMBER) };
static const struct number verdicts[] = { TG_VERDICT_LIST(NUMBER) };
static const struct number reasons[] = { TG_REASON_LIST(NUMBER) };

/* ABI: these numbers must never change. */
static const struct number fixed[] = {
	{ TG_HOOK_XDP, "TG_HOOK_XDP", "0" },
	{ TG_HOOK_INGRESS, "TG_HOOK_INGRESS", "1" },
	{ TG_HOOK_EGRESS, "TG_HOOK_EGRESS", "2" },
	{ TG_VERDICT_NEXT, "TG_VERDICT_NEXT", "0" },
	{ TG_VERDICT_PASS, "TG_VERDICT_PASS", "1" },
	{ TG_VERDICT_ACCEPT, "TG_VERDICT_ACCEPT", "2" },
	{ TG_VERDICT_DROP, "TG_VERDICT_DROP", "3" },
	{ TG_VERDICT_REJECT, "TG_VERDICT_REJECT", "4" },
	{ TG_VERDICT_REDIRECT, "TG_VERDICT_REDIRECT", "5" },
	{ TG_REASON_NO_MATCH, "TG_REASON_NO_MATCH", "0" },
	{ TG_REASON_MALFORMED, "TG_REASON_MALFORMED", "1" },
	{ TG_REASON_MISSED_CALL, "TG_REASON_MISSED_CALL", "2" },
	{ TG_REASON_DEFAULT, "TG_REASON_DEFAULT", "3" },
	{ TG_REASON_COUNTED, "TG_REASON_COUNTED", "4" },
	{ TG_REASON_ALL, "TG_REASON_ALL", "5" },
	{ TG_REASON_ARP, "TG_REASON_ARP", "6" },
	{ TG_REASON_ICMP, "TG_REASON_ICMP", "7" },
	{ TG_REASON_TCP_PORT, "TG_REASON_TCP_PORT", "8" },
	{ TG_REASON_NOT_TCP, "TG_REASON_NOT_TCP", "9" },
	{ TG_REASON_NOT_ICMP, "TG_REASON_NOT_ICMP", "10" },
	{ TG_REASON_RULE, "TG_REASON_RULE", "11" },
	{ TG_REASON_UNANSWERED, "TG_REASON_UNANSWERED", "12" },
	{ TG_REASON_REPLY_FAILED, "TG_REASON_REPLY_FAILED", "13" },
	{ TG_REASON_CHANGE_FAILED, "TG_REASON_CHANGE_FAILED", "14" },
	{ TG_REASON_MIRROR_FAILED, "TG_REASON_MIRROR_FAILED", "15" },
	{ TG_HOOKS, "TG_HOOKS", "3" },
	{ TG_VERDICTS, "TG_VERDICTS", "8" },
	{ TG_REASONS, "TG_REASONS", "32" },
	{ TG_REASON_OWN_FIRST, "TG_REASON_OWN_FIRST", "24" },
	{ sizeof(struct tg_counter), "sizeof(struct tg_counter)", "16" },
};

#define COUNT(array) ((int)(sizeof(array) / sizeof(*(array))))

static bool is_in_range(const struct number *numbers, int count, int limit)
{
	for (int i = 0; i < count; i++) {
		if (numbers[i].number < 0 || numbers[i].number >= limit)
			return false;
	}
	return true;
}

static bool is_unique(const struct number *numbers, int count)
{
	for (int i = 0; i < count; i++) {
		for (int j = 0; j < i; j++) {
			if (numbers[i].number == numbers[j].number ||
			    !strcmp(numbers[i].name, numbers[j].name) ||
			    !strcmp(numbers[i].text, numbers[j].text))
				return false;
		}
	}
	return true;
}

/* Names are used in tables, JSON and labels of other programs. */
static bool is_plain(const struct number *numbers, int count)
{
	for (int i = 0; i < count; i++) {
		const char *text = numbers[i].text;

		if (!*text || text[strspn(text, "abcdefghijklmnopqrstuvwxyz-")])
			return false;
	}
	return true;
}

static void check_list(struct tap *tap, const char *what,
		       const struct number *numbers, int count, int limit)
{
	tap_ok(tap, is_in_range(numbers, count, limit),
	       "all %s fit into the counters", what);
	tap_ok(tap, is_unique(numbers, count),
	       "no two %s share a number or a name", what);
	tap_ok(tap, is_plain(numbers, count),
	       "the names of %s are plain words with dashes", what);
}

static bool has_cell_of_its_own(void)
{
	static bool taken[TG_COUNTERS];
	int cells = 0;

	for (int hook = 0; hook < TG_HOOKS; hook++) {
		for (int verdict = 0; verdict < TG_VERDICTS; verdict++) {
			for (int reason = 0; reason < TG_REASONS; reason++) {
				int index =
					TG_COUNTER_INDEX(hook, verdict, reason);

				if (index < 0 || index >= TG_COUNTERS ||
				    taken[index])
					return false;
				taken[index] = true;
				cells++;
			}
		}
	}
	return cells == TG_COUNTERS;
}

static bool is_read_back(void)
{
	for (int index = 0; index < TG_COUNTERS; index++) {
		int hook = index / TG_REASONS / TG_VERDICTS;
		int verdict = index / TG_REASONS % TG_VERDICTS;

		if (TG_COUNTER_INDEX(hook, verdict, index % TG_REASONS) !=
		    index)
			return false;
	}
	return true;
}

int main(void)
{
	struct tap tap = tap_plan(stdout, COUNT(fixed) + 16);

	check_list(&tap, "hooks", hooks, COUNT(hooks), TG_HOOKS);
	check_list(&tap, "verdicts", verdicts, COUNT(verdicts), TG_VERDICTS);
	check_list(&tap, "reasons", reasons, COUNT(reasons),
		   TG_REASON_OWN_FIRST);
	tap_ok(&tap, COUNT(hooks) == TG_HOOKS, "TG_HOOKS counts the hooks");
	tap_ok(&tap, has_cell_of_its_own(),
	       "each hook, verdict and reason has a cell of its own");
	tap_ok(&tap, is_read_back(),
	       "the number of a cell tells its hook, verdict and reason");
	tap_ok(&tap,
	       TG_COUNTER_INDEX(0 + 1, 1 + 1, 2 + 1) ==
		       TG_COUNTER_INDEX(1, 2, 3),
	       "sums are taken for sums in TG_COUNTER_INDEX");
	tap_ok(&tap,
	       TG_REASON_OWN(0) == TG_REASON_OWN_FIRST &&
		       TG_REASON_OWN(7) == TG_REASONS - 1,
	       "the reasons of others are the last eight");
	tap_ok(&tap, TG_SLOTS == TG_BANKS * TG_BANK_SLOTS,
	       "the banks fill the slots");
	tap_ok(&tap, TG_SLOT_NONE >= TG_SLOTS, "no slot is called none");
	for (int i = 0; i < COUNT(fixed); i++)
		tap_ok(&tap, fixed[i].number == atoi(fixed[i].text),
		       "%s is %s for ever", fixed[i].name, fixed[i].text);
	return tap_end(&tap);
}
