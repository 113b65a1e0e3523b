// SPDX-License-Identifier: GPL-2.0-only
#include "filter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judges.h"
#include "lib/verdict_names.h"
#include "policy/language/words.h"
#include "policy_flow.h"
#include "verdicts.h"

/* All but "next", which is no verdict of the chain. */
#define ALL_VERDICTS (((1U << TG_VERDICTS) - 1) & ~(1U << TG_VERDICT_NEXT))

static bool is_name(const char *name, const char *word, size_t size)
{
	return strlen(name) == size && !strncmp(name, word, size);
}

static int unknown(const char *what, const char *word, size_t size,
		   const char *(*name_of)(int number), int first, int count)
{
	fprintf(stderr, "tailgate: no such %s: '%.*s': there are", what,
		(int)size, word);
	for (int i = first; i < count; i++) {
		if (strcmp(name_of(i), "?"))
			fprintf(stderr, " %s", name_of(i));
	}
	fputc('\n', stderr);
	return -EINVAL;
}

int filter_add_verdict(struct capture_filter *filter, const char *name)
{
	for (int i = TG_VERDICT_NEXT + 1; i < TG_VERDICTS; i++) {
		if (!is_name(verdict_name(i), name, strlen(name)))
			continue;
		filter->verdicts |= 1U << i;
		return 0;
	}
	return unknown("verdict", name, strlen(name), verdict_name,
		       TG_VERDICT_NEXT + 1, TG_VERDICTS);
}

static int add_reason(struct capture_filter *filter, const char *word,
		      size_t size)
{
	for (int i = 0; i < TG_REASONS; i++) {
		if (!is_name(reason_name(i), word, size))
			continue;
		filter->reasons |= 1U << i;
		return 0;
	}
	return unknown("reason", word, size, reason_name, 0, TG_REASONS);
}

int filter_add_reasons(struct capture_filter *filter, const char *names)
{
	int err = 0;

	while (!err) {
		size_t size = strcspn(names, ",");

		err = add_reason(filter, names, size);
		if (!names[size])
			break;
		names += size + 1;
	}
	return err;
}

static const char *flow_name(int fact)
{
	return word_name(WORDS_FLOW, fact);
}

/* Bit 0: the policy did not look up the flow. */
int filter_add_flow(struct capture_filter *filter, const char *name)
{
	for (int i = 0; i < TG_FLOW_FACTS; i++) {
		if (!is_name(flow_name(i), name, strlen(name)))
			continue;
		filter->flows |= 1U << (i + 1);
		return 0;
	}
	return unknown("state of a flow", name, strlen(name), flow_name, 0,
		       TG_FLOW_FACTS);
}

/*
 * Notes of a reason that decide nothing, such as "set-full", are of interest
 * only to those who ask for the reason.
 */
int filter_print(const struct capture_filter *filter)
{
	uint32_t verdicts = filter->verdicts, rule = TG_WATCH_NO_RULE,
		 over = TG_WATCH_NO_RULE;

	if (!verdicts)
		verdicts = filter->reasons
				   ? ALL_VERDICTS | 1U << TG_VERDICT_NEXT
				   : ALL_VERDICTS;
	if (filter->rule) {
		int err;

		rule = strtoul(filter->rule, NULL, 10);
		err = judge_find_over(filter->policy, rule, &over);
		if (err)
			return err;
		verdicts |= 1U << TG_VERDICT_NEXT; /* it may say "next" */
	}
	printf("tg_watch_verdicts=%" PRIu32 " tg_watch_reasons=%" PRIu32
	       " tg_watch_flows=%" PRIu32 " tg_watch_rule=%" PRIu32
	       " tg_watch_over=%" PRIu32 "\n",
	       verdicts, filter->reasons ? filter->reasons : UINT32_MAX,
	       filter->flows, rule, over);
	return 0;
}
