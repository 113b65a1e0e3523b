// SPDX-License-Identifier: GPL-2.0-only
#include "limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "packet_ends.h"
#include "policy/language/print/print.h"
#include "policy/language/rate.h"

typedef unsigned __int128 u128;

/* A schedule is behind the clock if it seems to be half a turn ahead. */
#define TIME_MAX ((uint64_t)INT64_MAX)

/* What processors may charge at the same time, before they take it back. */
#define CHARGES_AT_ONCE 1024
#define CHARGED_SIZE_MAX (64 << 10)

/* --- names */

/* The hash of the rule's text, with lists by value. */
static int hash_rule(const struct policy *policy,
		     const struct policy_rule *rule, uint64_t *hash)
{
	struct policy_rule expanded = *rule;
	size_t conditions = rule->condition_count * sizeof(*rule->conditions);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err = -ENOMEM;

	expanded.conditions = malloc(conditions + 1);
	if (out && expanded.conditions) {
		if (conditions)
			memcpy(expanded.conditions, rule->conditions,
			       conditions);
		for (size_t i = 0; i < rule->condition_count; i++)
			expanded.conditions[i].list = NULL;
		policy_rule_print(out, policy, &expanded);
		err = 0;
	}
	if (out && fclose(out))
		err = -ENOMEM;
	if (!err)
		*hash = hash_text(text, size);
	free(expanded.conditions);
	free(text);
	return err;
}

static uint64_t name_of(const struct limit_records *records, uint64_t text)
{
	uint32_t occurrence = 0;

	for (uint32_t i = 0; i < records->count; i++)
		occurrence += records->texts[i] == text;
	return hash_bytes(text, &occurrence, sizeof(occurrence));
}

/* --- prices */

static uint64_t beyond_of(const struct tg_limit *limit)
{
	uint64_t size = limit->is_of_size ? CHARGED_SIZE_MAX : 1;
	u128 charges = ((u128)limit->price * size >> limit->price_shift) *
		       CHARGES_AT_ONCE;

	charges += limit->burst;
	return charges > TIME_MAX ? TIME_MAX : charges;
}

static uint32_t parts_of(enum tg_limit_per per, enum tg_side side)
{
	switch (per) {
	case TG_LIMIT_PER_FROM:
		return side == TG_SIDE_FROM ? TG_END_ADDRESS : 0;
	case TG_LIMIT_PER_TO:
		return side == TG_SIDE_TO ? TG_END_ADDRESS : 0;
	case TG_LIMIT_PER_PORT:
		return side == TG_SIDE_TO ? TG_END_PORT : 0;
	case TG_LIMIT_PER_FLOW:
		return TG_END_ADDRESS | TG_END_PORT;
	default:
		return 0;
	}
}

static struct tg_limit record_of(const struct policy_limit *limit)
{
	struct rate_price price = rate_price(&limit->rate);
	bool has_length = limit->per == TG_LIMIT_PER_FROM ||
			  limit->per == TG_LIMIT_PER_TO;
	struct tg_limit record = {
		.burst = rate_burst_time(&limit->rate),
		.price = price.price,
		.price_shift = price.shift,
		.is_of_size = limit->rate.is_of_size,
		.per = limit->per,
		.length4 = has_length ? limit->length4 : 0,
		.length6 = has_length ? limit->length6 : 0,
		.full = limit->full,
	};

	record.beyond = beyond_of(&record);
	return record;
}

int limits_add(struct limit_records *records, const struct policy *policy,
	       const struct policy_rule *rule)
{
	uint32_t number = records->count;
	uint64_t text;
	int err;

	if (number == TG_LIMITS)
		return -E2BIG;
	err = hash_rule(policy, rule, &text);
	if (err)
		return err;
	records->list[number] = record_of(rule->limit);
	records->list[number].name = name_of(records, text);
	records->texts[number] = text;
	records->parts[TG_SIDE_FROM] |=
		parts_of(rule->limit->per, TG_SIDE_FROM);
	records->parts[TG_SIDE_TO] |= parts_of(rule->limit->per, TG_SIDE_TO);
	return records->count++;
}

void limits_describe(struct tg_policy_limits *limits,
		     const struct limit_records *records, uint32_t rule_count)
{
	*limits = (struct tg_policy_limits){
		.count = records->count,
		.first_over = rule_count + 1,
	};
}

/* Prices stay 0 if there is no limit. */
static void limit_sent(const struct policy_sent_limit *limit, uint64_t usual,
		       __u64 *price, __u64 *burst)
{
	struct policy_rate rate = { .amount = usual,
				    .seconds = 1,
				    .burst = usual };

	if (limit->is_unlimited)
		return;
	if (limit->place.line)
		rate = limit->rate;
	*price = rate_price(&rate).price;
	*burst = rate_burst_time(&rate);
}

void limit_replies(struct tg_policy *constants, const struct policy *policy)
{
	limit_sent(&policy->replies, RATE_REPLIES, &constants->reply_price,
		   &constants->reply_burst);
}

void limit_logs(struct tg_policy *constants, const struct policy *policy)
{
	limit_sent(&policy->logs, RATE_LOGS, &constants->log_price,
		   &constants->log_burst);
}
