// SPDX-License-Identifier: GPL-2.0-only
/* Limits, in the order that the parser reads; what is as usual is left out. */
#include <inttypes.h>

#include "policy/language/rate.h"
#include "policy/language/rate_unit.h"
#include "policy/language/set_kind.h"
#include "print.h"

void policy_rate_print(FILE *out, const struct policy_rate *rate)
{
	const struct rate_unit *unit =
		rate_unit_for(rate->is_of_size ? bit_units : time_units,
			      rate->is_of_size ? rate->amount : rate->seconds);

	if (rate->is_of_size)
		fprintf(out, "%" PRIu64 "%s", rate->amount / unit->factor,
			unit->word);
	else
		fprintf(out, "%" PRIu64 "/%s", rate->amount, unit->word);
}

void policy_burst_text(char text[BURST_TEXT_SIZE],
		       const struct policy_rate *rate)
{
	const struct rate_unit *unit = rate_unit_for(byte_units, rate->burst);

	if (rate->is_of_size)
		snprintf(text, BURST_TEXT_SIZE, "%" PRIu64 "%s",
			 rate->burst / unit->factor, unit->word);
	else
		snprintf(text, BURST_TEXT_SIZE, "%" PRIu64, rate->burst);
}

static void print_burst(FILE *out, const struct policy_rate *rate)
{
	char text[BURST_TEXT_SIZE];

	policy_burst_text(text, rate);
	fprintf(out, " burst %s", text);
}

void policy_key_print(FILE *out, const struct policy_limit *limit)
{
	static const char *const words[TG_LIMIT_PERS] = {
		[TG_LIMIT_PER_ALL] = "",	 [TG_LIMIT_PER_FROM] = "from",
		[TG_LIMIT_PER_TO] = "to",	 [TG_LIMIT_PER_FLOW] = "flow",
		[TG_LIMIT_PER_PORT] = "to port",
	};

	fputs(words[limit->per], out);
	if (limit->length4 == SET_WHOLE4 && limit->length6 == SET_DEFAULT6)
		return;
	fprintf(out, "/%u", limit->length4);
	if (limit->length6 != SET_DEFAULT6)
		fprintf(out, "/%u", limit->length6);
}

void policy_limit_terms_print(FILE *out, const struct policy_limit *limit,
			      bool with_burst)
{
	policy_rate_print(out, &limit->rate);
	if (with_burst || limit->rate.burst != rate_default_burst(&limit->rate))
		print_burst(out, &limit->rate);
	if (limit->per != TG_LIMIT_PER_ALL) {
		fputs(" per ", out);
		policy_key_print(out, limit);
	}
	if (limit->full == TG_LIMIT_OVER)
		fputs(" full over", out);
}

/* An action without conditions, so no policy is needed for names. */
void policy_over_print(FILE *out, const struct policy_limit *limit)
{
	policy_rule_print(out, NULL, &limit->over);
}

static bool only_drops(const struct policy_rule *over)
{
	return over->action == POLICY_DROP && !over->change_count;
}

void policy_limit_print(FILE *out, const struct policy_limit *limit)
{
	if (!limit)
		return;
	fputs(" limit ", out);
	policy_limit_terms_print(out, limit, false);
	if (only_drops(&limit->over))
		return;
	fputs(" else ", out);
	policy_over_print(out, limit);
}

void policy_sent_print(FILE *out, const char *word,
		       const struct policy_sent_limit *limit)
{
	const struct policy_rate *rate = &limit->rate;

	fprintf(out, "%s ", word);
	if (limit->is_unlimited) {
		fputs("unlimited", out);
		return;
	}
	policy_rate_print(out, rate);
	if (rate->burst != rate_default_sent_burst(rate))
		print_burst(out, rate);
}
