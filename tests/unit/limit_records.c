// SPDX-License-Identifier: GPL-2.0-only
/*
 * limit_records - checks what the compiler says about limits: prices, names,
 * outcomes of what is within and over, and the limit of replies.
 */
#include <stdlib.h>
#include <string.h>

#include "packet_ends.h"
#include "policy/compile/compile.h"
#include "policy/language/text/read.h"
#include "tap.h"

static bool compile_text(const char *text, struct compiled *compiled)
{
	struct diagnostics diagnostics = { 0 };
	struct compile_options options = { 0 };
	struct read_options read = { 0 };
	struct policy policy;
	bool good;

	*compiled = (struct compiled){ 0 };
	good = !policy_read_text(&policy, "limits", text, strlen(text), &read,
				 &diagnostics) &&
	       !policy_compile(&policy, &options, compiled, &diagnostics);
	if (diagnostics.counts[SEVERITY_ERROR])
		diagnostics_print(&diagnostics, policy.sources, stdout);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
	return good;
}

static struct tg_limit record(const struct compiled *compiled, uint32_t number)
{
	struct tg_limit limit = { 0 };

	if (number < compiled->limits.count)
		memcpy(&limit,
		       compiled->tables.bytes + compiled->limits.records +
			       number * sizeof(limit),
		       sizeof(limit));
	return limit;
}

static struct tg_act act_of(const struct compiled *compiled, uint32_t outcome)
{
	const struct tg_policy *constants = &compiled->constants;
	uint32_t number = TG_OUTCOME_ACT(outcome);
	struct tg_act act;

	if (number == TG_ACT_OF_RULE)
		number = blob_get(&compiled->tables,
				  constants->rule_acts +
					  4 * TG_OUTCOME_RULE(outcome));
	memcpy(&act,
	       compiled->tables.bytes + constants->acts + number * sizeof(act),
	       sizeof(act));
	return act;
}

/* --- prices */

/* In units of 2^-8 ns: a second is 256e9. */
static const struct priced {
	const char *rule;
	uint64_t cost;	  /* of a packet of 1000 bytes */
	uint64_t burst;	  /* in costs of one packet, or of 1000 bytes */
	uint64_t exactly; /* or this time, if not 0 */
} priced[] = {
	{ "pass limit 1/s burst 3", 256000000000, 3, 0 },
	{ "pass limit 50/s", 5120000000, 5, 0 },
	{ "pass limit 60/m", 256000000000, 5, 0 },
	{ "pass limit 1/d burst 182", 22118400000000000, 182, 0 },
	{ "pass limit 3/d burst 1", 7372800000000000, 1, 0 },
	{ "pass limit 7/s burst 7", 36571428571, 7, 0 },
	{ "pass limit 1000000/s", 256000, 10000, 0 },
	{ "pass limit 100000000/s burst 1", 2560, 1, 0 },
	{ "pass limit 10mbit burst 1000000b", 204800000, 1000, 0 },
	{ "pass limit 8bit burst 1000b", 256000000000000, 1, 0 },
	{ "pass limit 1bit burst 1000b", 2048000000000000, 1, 0 },
	{ "pass limit 1tbit burst 1000b", 2048, 1, 0 },
	{ "pass limit 3gbit burst 3000b", 682666, 0, 2048000 },
	{ "pass limit 10mbit", 204800000, 0, 13421772800 },
	{ "pass limit 1gbit", 2048000, 0, 2560000000 },
};
#define PRICED (sizeof(priced) / sizeof(*priced))

static void check_price(struct tap *tap, const struct priced *row)
{
	struct compiled compiled;
	bool good = compile_text(row->rule, &compiled);
	struct tg_limit limit = record(&compiled, 0);
	uint64_t cost = (limit.is_of_size ? 1000 : 1) * limit.price >>
			limit.price_shift;
	uint64_t burst = row->exactly ? row->exactly : row->burst * row->cost;
	uint64_t beyond = limit.burst +
			  1024 * (limit.is_of_size ? limit.price * 65536 >>
							     limit.price_shift
						   : limit.price);

	good = good && compiled.limits.count == 1 && cost == row->cost &&
	       limit.burst == burst && limit.beyond >= limit.burst &&
	       limit.beyond <= INT64_MAX && limit.burst <= TG_LIMIT_BURST_MAX &&
	       (limit.beyond == beyond || limit.beyond == INT64_MAX);
	if (!tap_ok(tap, good, "costs: %s", row->rule))
		tap_note(tap, "a packet costs %llu, the burst %llu",
			 (unsigned long long)cost,
			 (unsigned long long)limit.burst);
	compiled_free(&compiled);
}

/* --- keys */

static const struct keyed {
	const char *rule;
	uint32_t per, length4, length6, full, from, to;
} keyed[] = {
	{ "pass limit 5/s", TG_LIMIT_PER_ALL, 0, 0, 0, 0, 0 },
	{ "pass limit 5/s per from", TG_LIMIT_PER_FROM, 32, 64, 0,
	  TG_END_ADDRESS, 0 },
	{ "pass limit 5/s per to/24/48 full over", TG_LIMIT_PER_TO, 24, 48, 1,
	  0, TG_END_ADDRESS },
	{ "pass limit 5/s per flow", TG_LIMIT_PER_FLOW, 0, 0, 0,
	  TG_END_ADDRESS | TG_END_PORT, TG_END_ADDRESS | TG_END_PORT },
	{ "pass limit 5/s per to port", TG_LIMIT_PER_PORT, 0, 0, 0, 0,
	  TG_END_PORT },
};
#define KEYED (sizeof(keyed) / sizeof(*keyed))

static void check_key(struct tap *tap, const struct keyed *row)
{
	struct compiled compiled;
	bool good = compile_text(row->rule, &compiled);
	struct tg_limit limit = record(&compiled, 0);

	tap_ok(tap,
	       good && limit.per == row->per && limit.length4 == row->length4 &&
		       limit.length6 == row->length6 &&
		       limit.full == row->full &&
		       compiled.constants.ends[TG_SIDE_FROM] == row->from &&
		       compiled.constants.ends[TG_SIDE_TO] == row->to,
	       "has the key: %s", row->rule);
	compiled_free(&compiled);
}

/* --- names */

static uint64_t name_in(const char *text, uint32_t number)
{
	struct compiled compiled;
	uint64_t name = 0;

	if (compile_text(text, &compiled))
		name = record(&compiled, number).name;
	compiled_free(&compiled);
	return name;
}

static void check_names(struct tap *tap)
{
	uint64_t name = name_in("pass tcp limit 5/s", 0);

	tap_ok(tap,
	       name && name == name_in("drop udp\npass tcp limit 5/s else drop",
				       0),
	       "a rule that moves keeps the name of its limit");
	tap_ok(tap, name != name_in("pass tcp limit 6/s", 0),
	       "another rate is another limit");
	tap_ok(tap,
	       name_in("list a = 80\npass tcp to port a limit 5/s", 0) ==
		       name_in("pass tcp to port 80 limit 5/s", 0),
	       "the name of a list is not in the name of a limit");
	tap_ok(tap,
	       name_in("list a = 80\npass tcp to port a limit 5/s", 0) !=
		       name_in("list a = 81\npass tcp to port a limit 5/s", 0),
	       "the values of a list are in the name of a limit");
	tap_ok(tap,
	       name == name_in("pass tcp limit 5/s\npass tcp limit 5/s", 0) &&
		       name != name_in("pass tcp limit 5/s\n"
				       "pass tcp limit 5/s",
				       1),
	       "equal rules have limits of their own");
}

/* --- outcomes */

static void check_outcomes(struct tap *tap)
{
	struct compiled compiled;
	bool good = compile_text("default drop\n"
				 "pass tcp set mark 1 limit 5/s\n"
				 "pass udp\n"
				 "drop icmp limit 5/s else reject with admin",
				 &compiled);
	struct tg_limit first = record(&compiled, 0);
	struct tg_limit second = record(&compiled, 1);
	uint32_t over = first.outcomes[TG_LIMIT_OVER];
	struct tg_act act = act_of(&compiled, first.outcomes[TG_LIMIT_WITHIN]);

	tap_ok(tap,
	       good && compiled.limits.count == 2 &&
		       compiled.limits.first_over == 4 &&
		       TG_OUTCOME_RULE(first.outcomes[TG_LIMIT_WITHIN]) == 1 &&
		       TG_OUTCOME_RULE(second.outcomes[TG_LIMIT_WITHIN]) == 3,
	       "what is within counts for its rule");
	tap_ok(tap,
	       TG_OUTCOME_RULE(over) == 4 &&
		       TG_OUTCOME_RULE(second.outcomes[TG_LIMIT_OVER]) == 5,
	       "what is over counts after all rules");
	tap_ok(tap,
	       act.kind == TG_ACT_PASS && act.changes == TG_ACT_SET_MARK &&
		       TG_OUTCOME_KIND(first.outcomes[TG_LIMIT_WITHIN]) ==
			       TG_ACT_PASS &&
		       TG_OUTCOME_KIND(over) == TG_ACT_DROP &&
		       act_of(&compiled, over).changes == 0,
	       "both have their acts");
	tap_ok(tap,
	       compiled.constants.used ==
		       (TG_ACT_LIMIT | TG_ACT_SET_MARK |
			TG_USES_KIND(TG_ACT_PASS) | TG_USES_KIND(TG_ACT_DROP) |
			TG_USES_KIND(TG_ACT_REJECT) |
			TG_USES_REPLY(TG_ACT_REJECT_ADMIN)),
	       "what is used is what both acts use");
	compiled_free(&compiled);
}

static void check_malformed(struct tap *tap)
{
	struct compiled compiled;
	bool good = compile_text("pass tcp\npass limit 5/s else reject\ndrop",
				 &compiled);

	tap_ok(tap,
	       good && compiled.constants.malformed ==
			       record(&compiled, 0).outcomes[TG_LIMIT_OVER],
	       "malformed packets are over a limit");
	compiled_free(&compiled);
}

/* More acts than outcomes have room for: the limit is in the last rule. */
static void check_many_acts(struct tap *tap)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct compiled compiled;
	struct tg_limit limit;
	struct tg_act within, over;

	for (int i = 1; i <= 600; i++)
		fprintf(out, "pass tcp to port %d set mark %d\n", i, i);
	fputs("pass udp set mark 601 limit 5/s else drop set priority 7\n",
	      out);
	fclose(out);
	if (!compile_text(text, &compiled)) {
		tap_ok(tap, false, "600 acts and a limit");
	} else {
		limit = record(&compiled, 0);
		within = act_of(&compiled, limit.outcomes[TG_LIMIT_WITHIN]);
		over = act_of(&compiled, limit.outcomes[TG_LIMIT_OVER]);
		tap_ok(tap,
		       within.mark == 601 && !(within.changes & TG_ACT_LIMIT) &&
			       over.priority == 7 && over.kind == TG_ACT_DROP,
		       "600 acts and a limit");
	}
	compiled_free(&compiled);
	free(text);
}

static void check_too_many(struct tap *tap)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct compiled compiled;
	bool good;

	for (int i = 1; i <= TG_LIMITS; i++)
		fprintf(out, "pass tcp to port %d limit 5/s\n", i);
	fflush(out);
	good = compile_text(text, &compiled) &&
	       compiled.limits.count == TG_LIMITS;
	compiled_free(&compiled);
	fputs("pass udp limit 5/s\n", out);
	fclose(out);
	good = good && !compile_text(text, &compiled);
	compiled_free(&compiled);
	tap_ok(tap, good, "%d rules with limits, and none more", TG_LIMITS);
	free(text);
}

/* --- replies */

static void check_replies(struct tap *tap, const char *text, uint64_t price,
			  uint64_t burst)
{
	struct compiled compiled;
	bool good = compile_text(text, &compiled);

	tap_ok(tap,
	       good && compiled.constants.reply_price == price &&
		       compiled.constants.reply_burst == burst,
	       "replies of: %.*s", (int)strcspn(text, "\n"), text);
	compiled_free(&compiled);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, PRICED + KEYED + 5 + 4 + 3 + 6);

	for (size_t i = 0; i < PRICED; i++)
		check_price(&tap, &priced[i]);
	for (size_t i = 0; i < KEYED; i++)
		check_key(&tap, &keyed[i]);
	check_names(&tap);
	check_outcomes(&tap);
	check_malformed(&tap);
	check_many_acts(&tap);
	check_too_many(&tap);
	check_replies(&tap, "pass tcp", 0, 0);
	check_replies(&tap, "reject tcp", 256000000, 256000000000);
	check_replies(&tap, "pass tcp limit 5/s else reject", 256000000,
		      256000000000);
	check_replies(&tap, "replies unlimited\nreject tcp", 0, 0);
	check_replies(&tap, "replies 1/m burst 2\nreject tcp", 15360000000000,
		      30720000000000);
	check_replies(&tap, "replies 1/m burst 2\ndrop tcp", 0, 0);
	return tap_end(&tap);
}
