// SPDX-License-Identifier: GPL-2.0-only
/*
 * top - the parts of 'tailgate top' that need no chain: histories of a minute,
 * sparklines, numbers, and rows that are found again, sorted and filtered.
 */
#include <math.h>
#include <string.h>

#include "tap.h"
#include "top/rows.h"
#include "top/words.h"

#define NOW (1000 * SECOND_NS)

static float sum_of(const struct history *history, uint64_t now)
{
	float rates[HISTORY_SECONDS], sum = 0;

	history_rates(history, now, HISTORY_SECONDS, rates);
	for (int i = 0; i < HISTORY_SECONDS; i++)
		sum += rates[i];
	return sum;
}

static bool is_near(float value, float wanted)
{
	return fabsf(value - wanted) <= wanted / 1000;
}

/* --- history */

static void test_history(struct tap *tap)
{
	struct history history = { 0 }, other = { 0 };
	float rates[HISTORY_SECONDS];

	history_add(&history, NOW - 3 * SECOND_NS, NOW, 300);
	history_rates(&history, NOW, HISTORY_SECONDS, rates);
	tap_ok(tap,
	       is_near(rates[59], 100) && is_near(rates[57], 100) &&
		       rates[56] == 0,
	       "packets of three seconds are spread over them");
	history_rates(&history, NOW, 10, rates);
	tap_ok(tap, is_near(rates[9], 50) && rates[8] == 0,
	       "a column of six seconds is their mean");
	history_add(&history, NOW, NOW + SECOND_NS / 4, 1000);
	tap_ok(tap, is_near(sum_of(&history, NOW + SECOND_NS / 4), 300),
	       "a second that is not over is not shown");
	history_add(&history, NOW + SECOND_NS / 4, NOW + SECOND_NS, 1000);
	tap_ok(tap, is_near(sum_of(&history, NOW + SECOND_NS), 2300),
	       "samples within a second add up");
	tap_ok(tap,
	       is_near(sum_of(&history, NOW + 59 * SECOND_NS), 2100) &&
		       sum_of(&history, NOW + 61 * SECOND_NS) == 0,
	       "what is older than a minute is not shown");
	history_add(&history, NOW + SECOND_NS, NOW + 200 * SECOND_NS, 1990);
	tap_ok(tap, is_near(sum_of(&history, NOW + 200 * SECOND_NS), 600),
	       "an interval of more than a minute fills the minute");
	history_add(&other, NOW + 190 * SECOND_NS, NOW + 201 * SECOND_NS, 110);
	history_merge(&history, &other);
	tap_ok(tap, is_near(sum_of(&history, NOW + 201 * SECOND_NS), 700),
	       "two histories are added by second");
	history_add(&history, NOW, NOW, 5);
	tap_ok(tap, is_near(sum_of(&history, NOW + 201 * SECOND_NS), 700),
	       "what took no time is left out");
}

/* --- words */

static void test_numbers(struct tap *tap)
{
	static const struct {
		double value;
		const char *text;
	} tests[] = {
		{ 0, "0" },	     { 7, "7" },
		{ 0.5, "0.5" },	     { 9.94, "9.9" },
		{ 9.96, "10" },	     { 999, "999" },
		{ 999.4, "999" },    { 999.5, "1.00k" },
		{ 1234, "1.23k" },   { 9994, "9.99k" },
		{ 9996, "10.0k" },   { 99940, "99.9k" },
		{ 99960, "100k" },   { 999499, "999k" },
		{ 999501, "1.00M" }, { 18446744073709551615.0, "18.4E" },
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		char text[NUMBER_TEXT_SIZE];

		number_print(text, tests[i].value);
		tap_ok(tap, !strcmp(text, tests[i].text), "%.1f is %s",
		       tests[i].value, tests[i].text);
		if (strcmp(text, tests[i].text))
			tap_note(tap, "and not %s", text);
	}
}

static void test_sparks(struct tap *tap)
{
	static const float rates[] = { 0, 1, 500, 1000 }, none[2] = { 0 };
	char text[32];

	spark_print(text, rates, 4, true);
	tap_ok(tap, !strcmp(text, " ▁▄█"), "bars are of the largest rate");
	spark_print(text, rates, 4, false);
	tap_ok(tap, !strcmp(text, " .:#"), "bars without UTF-8");
	spark_print(text, none, 2, true);
	tap_ok(tap, !strcmp(text, "  "), "nothing has no bar");
}

static void test_words(struct tap *tap)
{
	struct top_row rule = { .kind = TOP_RULE,
				.rule = 7,
				.place = "/etc/tailgate/web.policy:4",
				.name = "drop tcp to port 22" };
	struct top_row plugin = { .kind = TOP_PLUGIN,
				  .verdict = TG_VERDICT_DROP,
				  .name = "drop_arp" };
	char text[200];

	row_words(&rule, true, text, sizeof(text));
	tap_ok(tap, !strcmp(text, "  7 web.policy:4: drop tcp to port 22"),
	       "a rule on the screen");
	row_words(&rule, false, text, sizeof(text));
	tap_ok(tap,
	       !strcmp(text,
		       "7 /etc/tailgate/web.policy:4: drop tcp to port 22"),
	       "a rule as a line");
	rule.is_over = true;
	rule.name = "else reject";
	row_words(&rule, true, text, sizeof(text));
	tap_ok(tap, !strcmp(text, "  7 web.policy:4: over: reject"),
	       "what is over the limit of a rule");
	rule = (struct top_row){ .kind = TOP_RULE, .name = "default pass" };
	row_words(&rule, true, text, sizeof(text));
	tap_ok(tap, !strcmp(text, "  - default pass"),
	       "a default without a place");
	row_words(&plugin, true, text, sizeof(text));
	tap_ok(tap, !strcmp(text, "drop_arp drop"), "a plugin");
}

/* --- rows */

static struct top_row *count(struct top_rows *rows, const char *name,
			     uint64_t total, uint64_t packets, uint64_t to)
{
	const struct tg_counter sum = { total, total * 100 };
	const struct tg_counter delta = { packets, packets * 100 };
	const uint64_t numbers[] = { TG_HOOK_INGRESS };
	struct top_row *row =
		rows_take(rows, TOP_REASON,
			  row_key(TOP_REASON, "eth0", name, numbers, 1));

	if (!row)
		abort();
	if (!row->name) {
		row->name = strdup(name);
		snprintf(row->device, sizeof(row->device), "eth0");
		row->hook = TG_HOOK_INGRESS;
		row->verdict = TG_VERDICT_DROP;
	}
	row_count(row, &sum, &delta, to - 2 * SECOND_NS, to);
	return row;
}

static const char *order_of(const struct top_rows *rows, enum top_sort sort,
			    const char *filter)
{
	static char text[200];
	const struct top_row **shown;
	int number = rows_select(rows, TOP_REASON, sort, filter, &shown);

	*text = '\0';
	for (int i = 0; i < number; i++) {
		strcat(text, shown[i]->name);
		strcat(text, " ");
	}
	free(shown);
	return text;
}

static void test_rows(struct tap *tap)
{
	struct top_rows rows = { 0 };

	rows_begin(&rows);
	count(&rows, "rule", 1000, 10, NOW);
	count(&rows, "arp", 500, 30, NOW);
	count(&rows, "icmp", 7, 0, NOW);
	rows_end(&rows);
	tap_ok(tap,
	       rows.count == 3 && rows.list[0].packet_rate == 5 &&
		       rows.list[0].bit_rate == 4000,
	       "a rate is what was counted, by the time between");
	tap_ok(tap,
	       !strcmp(order_of(&rows, TOP_SORT_PACKETS, ""), "arp rule icmp "),
	       "by packets");
	tap_ok(tap,
	       !strcmp(order_of(&rows, TOP_SORT_TOTAL, ""), "rule arp icmp "),
	       "by total");
	tap_ok(tap,
	       !strcmp(order_of(&rows, TOP_SORT_NAME, ""), "arp icmp rule "),
	       "by name");
	tap_ok(tap,
	       !strcmp(order_of(&rows, TOP_SORT_NAME, "IC"), "icmp ") &&
		       !strcmp(order_of(&rows, TOP_SORT_NAME, "ingress"),
			       "arp icmp rule ") &&
		       !strcmp(order_of(&rows, TOP_SORT_NAME, "x"), ""),
	       "a filter is any text of a row, in any case");

	rows_begin(&rows);
	count(&rows, "icmp", 9, 2, NOW + 2 * SECOND_NS);
	rows_keep(&rows, "eth1");
	rows_end(&rows);
	tap_ok(tap,
	       rows.count == 1 && rows.list[0].packet_rate == 1 &&
		       rows.list[0].total.packets == 9,
	       "rows that are not there any more are dropped");
	rows_begin(&rows);
	tap_ok(tap,
	       count(&rows, "icmp", 9, 0, NOW + 4 * SECOND_NS) ==
			       &rows.list[0] &&
		       rows.list[0].history.newest,
	       "a row is found again, with its history");
	count(&rows, "arp", 3, 3, NOW + 4 * SECOND_NS);
	rows_end(&rows);
	rows_begin(&rows);
	rows_keep(&rows, "eth0");
	rows_end(&rows);
	tap_ok(tap, rows.count == 2,
	       "rows of a device that could not be read stay");
	rows_free(&rows);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 8 + 16 + 3 + 5 + 8);

	test_history(&tap);
	test_numbers(&tap);
	test_sparks(&tap);
	test_words(&tap);
	test_rows(&tap);
	return tap_end(&tap);
}
