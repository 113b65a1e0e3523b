// SPDX-License-Identifier: GPL-2.0-only
/*
 * limit_level - what tools say of a limit: how much of the burst a schedule
 * uses, when the next packet may pass, rates and keys as text, and which keys
 * conditions choose.
 */
#include <string.h>

#include "limits/filter.h"
#include "limits/key_text.h"
#include "tap.h"

static struct tg_limit of_packets(uint64_t price, uint32_t burst)
{
	return (struct tg_limit){
		.price = price,
		.burst = price * burst,
		.length4 = 24,
		.length6 = 56,
	};
}

/* --- levels */

static const struct level_test {
	const char *name;
	uint64_t per_packet; /* ns */
	uint32_t burst;
	uint64_t ahead; /* ns */
	struct limit_level wanted;
} levels[] = {
	{ "nothing is used", 20000000, 10, 0, { 0, 10, false, 0 } },
	{ "a packet is used", 20000000, 10, 20000000, { 1, 10, false, 0 } },
	{ "a packet is left", 20000000, 10, 180000000, { 9, 10, false, 0 } },
	{ "none is left", 20000000, 10, 200000000, { 10, 10, true, 20000000 } },
	{ "a part of a packet is missing",
	  20000000,
	  10,
	  185000000,
	  { 9, 10, true, 5000000 } },
	{ "a burst of one is used",
	  3600000000000,
	  1,
	  3599000000000,
	  { 1, 1, true, 3599000000000 } },
};

static bool is_level(struct limit_level level, struct limit_level wanted)
{
	return level.used == wanted.used && level.of == wanted.of &&
	       level.is_over == wanted.is_over && level.wait == wanted.wait;
}

static void test_levels(struct tap *tap)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		const struct level_test *test = &levels[i];
		struct tg_limit limit = of_packets(
			TG_LIMIT_TIME(test->per_packet), test->burst);
		struct limit_level level =
			limit_level(&limit, TG_LIMIT_TIME(test->ahead));

		if (!tap_ok(tap, is_level(level, test->wanted), "%s",
			    test->name))
			tap_note(tap, "%llu of %llu, over %d, wait %llu",
				 (unsigned long long)level.used,
				 (unsigned long long)level.of, level.is_over,
				 (unsigned long long)level.wait);
	}
}

/* 8 kbit/s: a byte costs a millisecond. */
static void test_bytes(struct tap *tap)
{
	struct tg_limit limit = {
		.price = TG_LIMIT_TIME(1000000) << 3,
		.price_shift = 3,
		.burst = TG_LIMIT_TIME(1000000) * 2000,
		.is_of_size = 1,
	};
	struct limit_level level =
		limit_level(&limit, TG_LIMIT_TIME(1000000) * 400);
	char text[LIMIT_TEXT_SIZE];

	tap_ok(tap,
	       is_level(level, (struct limit_level){ 400, 2000, false, 0 }),
	       "bytes of a limit in bits are used");
	level = limit_level(&limit, TG_LIMIT_TIME(1000000) * 500);
	tap_ok(tap, level.is_over && level.wait == 14000000,
	       "it is over if a packet of 1514 bytes may not pass");
	limit_print(text, &limit);
	tap_ok(tap, !strcmp(text, "8kbit burst 2000 bytes"), "%s", text);
}

/* --- text */

static void test_rates(struct tap *tap)
{
	static const struct {
		uint64_t per_packet;
		const char *text;
	} tests[] = {
		{ TG_LIMIT_SECOND / 50, "50/s burst 5" },
		{ TG_LIMIT_SECOND / 1000000, "1000000/s burst 5" },
		{ TG_LIMIT_SECOND * 12, "5/m burst 5" },
		{ TG_LIMIT_SECOND * 1800, "2/h burst 5" },
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		struct tg_limit limit = of_packets(tests[i].per_packet, 5);
		char text[LIMIT_TEXT_SIZE];

		limit_print(text, &limit);
		tap_ok(tap, !strcmp(text, tests[i].text), "%s is printed as %s",
		       tests[i].text, text);
	}
}

static const struct key_test {
	struct tg_limit_note note;
	const char *text;
	const char *chosen; /* a condition that is true */
	const char *other;  /* and one that is false */
} keys[] = {
	{ { .per = TG_LIMIT_PER_ALL, .form = TG_LIMIT_FORM(0, 1) },
	  "all",
	  NULL,
	  "from 0.0.0.0/0" },
	{ { .per = TG_LIMIT_PER_FROM,
	    .form = TG_LIMIT_FORM(1, 1),
	    .words = { 0xc6336400 } },
	  "from 198.51.100.0/24",
	  "from 198.51.100.7",
	  "from 198.51.101.7" },
	{ { .per = TG_LIMIT_PER_TO,
	    .form = TG_LIMIT_FORM(2, 2),
	    .words = { 0x20010db8, 0x00010000 } },
	  "to 2001:db8:1::/56",
	  "to 2001:db8::/32",
	  "from 2001:db8::/32" },
	{ { .per = TG_LIMIT_PER_FROM, .form = TG_LIMIT_FORM(0, 0) },
	  "without an address",
	  NULL,
	  "from 0.0.0.0/0" },
	{ { .per = TG_LIMIT_PER_PORT,
	    .form = TG_LIMIT_FORM(0, 1),
	    .protocol = 6,
	    .ports = { 443 } },
	  "tcp port 443",
	  "tcp port 443",
	  "udp port 443" },
	{ { .per = TG_LIMIT_PER_FLOW,
	    .form = TG_LIMIT_FORM(1, 1),
	    .protocol = 17,
	    .words = { 0xc6336407, 0, 0xcb007101, 0 },
	    .ports = { 5353, 53 } },
	  "udp 198.51.100.7:5353 203.0.113.1:53",
	  "to 203.0.113.1 port 53",
	  "port 443" },
	{ { .per = TG_LIMIT_PER_FLOW,
	    .form = TG_LIMIT_FORM(2, 1),
	    .protocol = 6,
	    .words = { 0x20010db8, 1, 0x20010db8, 2 },
	    .ports = { 40000, 443 } },
	  "tcp [2001:db8:0:1::/64]:40000 [2001:db8:0:2::/64]:443",
	  "from 2001:db8:0:2::9 tcp",
	  "from 2001:db8:0:3::9" },
};

static bool is_chosen(const struct tg_limit_note *note, const char *condition)
{
	struct limit_rule rule = { .limit = of_packets(1, 1), .place = "p:7" };
	struct limit_filter filter;
	char text[64], *words[8], *rest = text;
	int count = 0;

	snprintf(text, sizeof(text), "%s", condition);
	while ((words[count] = strsep(&rest, " ")))
		count++;
	return limit_filter_read(&filter, words, count) &&
	       limit_filter_matches(&filter, note, &rule, NULL);
}

static void test_keys(struct tap *tap)
{
	struct tg_limit limit = of_packets(1, 1);

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const struct key_test *test = &keys[i];
		char text[LIMIT_KEY_SIZE];

		limit_key_print(text, &test->note, &limit);
		tap_ok(tap, !strcmp(text, test->text), "%s is printed as %s",
		       test->text, text);
		tap_ok(tap,
		       (!test->chosen ||
			is_chosen(&test->note, test->chosen)) &&
			       is_chosen(&test->note, "line 7") &&
			       !is_chosen(&test->note, "line 8") &&
			       !is_chosen(&test->note, "over") &&
			       !is_chosen(&test->note, test->other),
		       "%s: conditions that it meets, and others", test->text);
	}
}

int main(void)
{
	int count = sizeof(levels) / sizeof(*levels) + 3 + 4 +
		    2 * sizeof(keys) / sizeof(*keys);
	struct tap tap = tap_plan(stdout, count);

	test_levels(&tap);
	test_bytes(&tap);
	test_rates(&tap);
	test_keys(&tap);
	return tap_end(&tap);
}
