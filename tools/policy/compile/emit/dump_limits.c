// SPDX-License-Identifier: GPL-2.0-only
/* Limits in `compile --dump`. */
#include <inttypes.h>
#include <string.h>

#include "dump.h"

static void dump_price(FILE *out, const struct tg_limit *limit)
{
	fprintf(out, "%" PRIu64, (uint64_t)limit->price);
	if (limit->price_shift)
		fprintf(out, " / 2^%u", limit->price_shift);
	fprintf(out, " units of 2^-%d ns for each %s", TG_LIMIT_TIME_SHIFT,
		limit->is_of_size ? "byte" : "packet");
}

static void dump_key(FILE *out, const struct tg_limit *limit)
{
	static const char *const keys[TG_LIMIT_PERS] = {
		[TG_LIMIT_PER_ALL] = "all packets together",
		[TG_LIMIT_PER_FROM] = "per from",
		[TG_LIMIT_PER_TO] = "per to",
		[TG_LIMIT_PER_FLOW] = "per flow",
		[TG_LIMIT_PER_PORT] = "per to port",
	};

	fputs(keys[limit->per], out);
	if (limit->length4)
		fprintf(out, ", /%u and /%u", limit->length4, limit->length6);
	if (limit->full == TG_LIMIT_OVER)
		fputs(", over if the table is full", out);
}

static void dump_limit(FILE *out, const struct tg_limit *limit)
{
	fprintf(out, "name %016" PRIx64 ", ", (uint64_t)limit->name);
	dump_key(out, limit);
	fputs("\n    ", out);
	dump_price(out, limit);
	fprintf(out, ", burst %" PRIu64 ", beyond %" PRIu64 "\n    within: ",
		(uint64_t)limit->burst, (uint64_t)limit->beyond);
	dump_outcome(out, limit->outcomes[TG_LIMIT_WITHIN]);
	fputs("\n    over: ", out);
	dump_outcome(out, limit->outcomes[TG_LIMIT_OVER]);
	fputc('\n', out);
}

static void dump_sent(FILE *out, const char *what, uint64_t price,
		      uint64_t burst)
{
	if (price)
		fprintf(out, "%s: %" PRIu64 " units each, burst %" PRIu64 "\n",
			what, price, burst);
	else
		fprintf(out, "%s: unlimited\n", what);
}

void dump_limits(FILE *out, const struct compiled *compiled)
{
	const struct tg_policy_limits *limits = &compiled->limits;
	const struct tg_policy *constants = &compiled->constants;

	if (limits->count && !compiled->tables.is_full)
		fputs("limits:\n", out);
	for (uint32_t i = 0; i < limits->count && !compiled->tables.is_full;
	     i++) {
		struct tg_limit limit;

		memcpy(&limit,
		       compiled->tables.bytes + limits->records +
			       i * sizeof(limit),
		       sizeof(limit));
		fprintf(out, "  limit %u: ", i);
		dump_limit(out, &limit);
	}
	if (constants->used & TG_USES_KIND(TG_ACT_REJECT))
		dump_sent(out, "replies", constants->reply_price,
			  constants->reply_burst);
	if (constants->used & TG_ACT_LOG)
		dump_sent(out, "logs of each rule", constants->log_price,
			  constants->log_burst);
}
