// SPDX-License-Identifier: GPL-2.0-only
#include "level.h"

#include <stdio.h>

#include "lib/time_text.h"
#include "limit_table.h"

#define NS_PER_SECOND 1000000000ULL

/* --- numbers */

static uint64_t cost_of(const struct tg_limit *limit, uint64_t amount)
{
	return amount * limit->price >> (limit->price_shift & 63);
}

/* How many packets, or bytes, cost so much. */
static uint64_t amount_of(const struct tg_limit *limit, uint64_t cost)
{
	unsigned __int128 wide = cost;

	if (!limit->price)
		return 0;
	return ((wide << (limit->price_shift & 63)) + limit->price / 2) /
	       limit->price;
}

double limit_rate(const struct tg_limit *limit)
{
	double each =
		(double)limit->price / (1ULL << (limit->price_shift & 63));

	if (!limit->price)
		return 0;
	return TG_LIMIT_SECOND / each * (limit->is_of_size ? 8 : 1);
}

struct limit_level limit_level(const struct tg_limit *limit, uint64_t ahead)
{
	uint64_t next = cost_of(limit, limit->is_of_size ? TG_LIMIT_PACKET : 1);
	struct limit_level level = {
		.used = amount_of(limit, ahead),
		.of = amount_of(limit, limit->burst),
	};

	/* a burst that is smaller than a packet: of one that fits */
	if (next > limit->burst)
		next = limit->burst;
	level.is_over = ahead + next > limit->burst;
	if (level.is_over)
		level.wait =
			(ahead + next - limit->burst) >> TG_LIMIT_TIME_SHIFT;
	return level;
}

/* --- text */

/* The rates of which a whole number makes it: as a policy says them. */
static void print_packets(char *text, size_t size, double rate)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = { { "s", 1 }, { "m", 60 }, { "h", 3600 } };
	size_t i = 0;

	while (i < 2 && rate * units[i].seconds < 0.999)
		i++;
	snprintf(text, size, "%.4g/%s", rate * units[i].seconds, units[i].unit);
	if (rate * units[i].seconds >= 9999.5)
		snprintf(text, size, "%.0f/%s", rate * units[i].seconds,
			 units[i].unit);
}

static void print_bits(char *text, size_t size, double rate)
{
	static const struct {
		const char *unit;
		double bits;
	} units[] = {
		{ "gbit", 1e9 }, { "mbit", 1e6 }, { "kbit", 1e3 }, { "bit", 1 }
	};
	size_t i = 0;

	while (i < 3 && rate < units[i].bits * 0.999)
		i++;
	snprintf(text, size, "%.4g%s", rate / units[i].bits, units[i].unit);
}

void limit_print(char text[LIMIT_TEXT_SIZE], const struct tg_limit *limit)
{
	unsigned long long burst = amount_of(limit, limit->burst);
	char rate[24];

	if (limit->is_of_size)
		print_bits(rate, sizeof(rate), limit_rate(limit));
	else
		print_packets(rate, sizeof(rate), limit_rate(limit));
	snprintf(text, LIMIT_TEXT_SIZE, "%s burst %llu%s", rate, burst,
		 limit->is_of_size ? " bytes" : "");
}

void limit_level_print(char text[LIMIT_TEXT_SIZE], const struct tg_limit *limit,
		       const struct limit_level *level)
{
	snprintf(text, LIMIT_TEXT_SIZE, "%llu of %llu%s",
		 (unsigned long long)level->used, (unsigned long long)level->of,
		 limit->is_of_size ? " bytes" : "");
}

/* Rounded up: after this time it may pass. */
void limit_wait_print(char text[LIMIT_TEXT_SIZE], uint64_t wait)
{
	char time[TIME_TEXT_SIZE];

	if (wait < 1000000)
		snprintf(text, LIMIT_TEXT_SIZE, "%lluus",
			 (unsigned long long)(wait + 999) / 1000);
	else if (wait < NS_PER_SECOND)
		snprintf(text, LIMIT_TEXT_SIZE, "%llums",
			 (unsigned long long)(wait + 999999) / 1000000);
	else {
		time_text_print(time,
				(wait + NS_PER_SECOND - 1) / NS_PER_SECOND);
		snprintf(text, LIMIT_TEXT_SIZE, "%s", time);
	}
}

/* --- JSON */

json_t *limit_record_to_json(const struct tg_limit *limit)
{
	return json_pack("{s:s, s:f, s:I}", "unit",
			 limit->is_of_size ? "bits" : "packets", "rate",
			 limit_rate(limit), "burst",
			 (json_int_t)amount_of(limit, limit->burst));
}

json_t *limit_level_to_json(const struct limit_level *level)
{
	return json_pack("{s:I, s:I, s:b, s:f}", "used",
			 (json_int_t)level->used, "of", (json_int_t)level->of,
			 "over", level->is_over, "wait",
			 (double)level->wait / NS_PER_SECOND);
}
