// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_entries - texts that are entries of sets, and how they are printed; texts
 * that are none, with the place and the message; lists with comments, deadlines
 * and sections; times.
 */
#include <string.h>

#include "lib/time_text.h"
#include "sets/entry.h"
#include "sets/entry_order.h"
#include "sets/list_read.h"
#include "sets/table.h"
#include "tap.h"

#define NOW 1000

/* --- entries */

#define BLANKS13 "             "
#define BLANKS52 BLANKS13 BLANKS13 BLANKS13 BLANKS13

static const struct {
	unsigned int kind;
	const char *text;
	const char *printed; /* entries, with ", " between */
} accepted[] = {
	{ TG_SET_ADDRESSES, "198.51.100.7", "198.51.100.7" },
	{ TG_SET_ADDRESSES, " \t198.51.100.7 ", "198.51.100.7" },
	{ TG_SET_ADDRESSES, "0.0.0.0", "0.0.0.0" },
	{ TG_SET_ADDRESSES, "255.255.255.255", "255.255.255.255" },
	{ TG_SET_ADDRESSES, "198.51.100.7/32", "198.51.100.7" },
	{ TG_SET_ADDRESSES, "198.51.100.0/24", "198.51.100.0/24" },
	{ TG_SET_ADDRESSES, "198.51.100.0 / 24", "198.51.100.0/24" },
	{ TG_SET_ADDRESSES, "0.0.0.0/0", "0.0.0.0/0" },
	{ TG_SET_ADDRESSES, "!198.51.100.7", "!198.51.100.7" },
	{ TG_SET_ADDRESSES, "! 198.51.100.0/24", "!198.51.100.0/24" },
	{ TG_SET_ADDRESSES, "2001:db8::7", "2001:db8::7" },
	{ TG_SET_ADDRESSES, "2001:DB8::7/128", "2001:db8::7" },
	{ TG_SET_ADDRESSES, "2001:db8::/32", "2001:db8::/32" },
	{ TG_SET_ADDRESSES, "::/0", "::/0" },
	{ TG_SET_ADDRESSES, "::1", "::1" },
	{ TG_SET_ADDRESSES, "::ffff:198.51.100.7", "::ffff:198.51.100.7" },
	{ TG_SET_ADDRESSES, "198.51.100.1-198.51.100.6",
	  "198.51.100.1, 198.51.100.2/31, 198.51.100.4/31, 198.51.100.6" },
	{ TG_SET_ADDRESSES, "198.51.100.4 - 198.51.100.7", "198.51.100.4/30" },
	{ TG_SET_ADDRESSES, "198.51.100.7-198.51.100.7", "198.51.100.7" },
	{ TG_SET_ADDRESSES, "0.0.0.0-255.255.255.255", "0.0.0.0/0" },
	{ TG_SET_ADDRESSES, "255.255.255.254-255.255.255.255",
	  "255.255.255.254/31" },
	{ TG_SET_ADDRESSES, "!198.51.100.2-198.51.100.4",
	  "!198.51.100.2/31, !198.51.100.4" },
	{ TG_SET_ADDRESSES, "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	  "::/0" },
	{ TG_SET_ADDRESSES, "2001:db8::ffff:ffff-2001:db8::1:0:0",
	  "2001:db8::ffff:ffff, 2001:db8::1:0:0" },
	{ TG_SET_PORTS, "0", "0" },
	{ TG_SET_PORTS, "65535", "65535" },
	{ TG_SET_PORTS, "8000-8002", "8000, 8001, 8002" },
	{ TG_SET_PORTS, "65534 - 65535", "65534, 65535" },
	{ TG_SET_PORTS, "ssh", "22" },
	{ TG_SET_PORTS, "ssh-24", "22, 23, 24" },
	{ TG_SET_MACS, "02:00:5e:00:53:01", "02:00:5e:00:53:01" },
	{ TG_SET_MACS, "02-00-5E-00-53-AF", "02:00:5e:00:53:af" },
	{ TG_SET_ADDRESS_PORTS, "198.51.100.7 tcp 443",
	  "198.51.100.7 tcp 443" },
	{ TG_SET_ADDRESS_PORTS, "2001:db8::7  17\t53", "2001:db8::7 udp 53" },
	{ TG_SET_ADDRESS_PORTS, "198.51.100.7 udp domain",
	  "198.51.100.7 udp 53" },
	{ TG_SET_ADDRESS_PORTS, "198.51.100.7 sctp 0", "198.51.100.7 sctp 0" },
};

static const struct {
	unsigned int kind;
	const char *text;
	size_t offset;
	const char *what;
} rejected[] = {
	{ TG_SET_ADDRESSES, "", 0, "'' is not an address" },
	{ TG_SET_ADDRESSES, "!", 1, "'' is not an address" },
	{ TG_SET_ADDRESSES, "!!198.51.100.7", 1,
	  "'!198.51.100.7' is not an address" },
	{ TG_SET_ADDRESSES, "80", 0, "'80' is not an address" },
	{ TG_SET_ADDRESSES, "198.51.100", 0, "'198.51.100' is not an address" },
	{ TG_SET_ADDRESSES, "198.51.100.7.1", 0,
	  "'198.51.100.7.1' is not an address" },
	{ TG_SET_ADDRESSES, "198.51.100.256", 0,
	  "'198.51.100.256' is not an address" },
	{ TG_SET_ADDRESSES, "198.51.100.07", 0,
	  "'198.51.100.07' is not an address" },
	{ TG_SET_ADDRESSES, "198.51.100.7 x", 0,
	  "'198.51.100.7 x' is not an address" },
	{ TG_SET_ADDRESSES, "2001:db8:::7", 0,
	  "'2001:db8:::7' is not an IPv6 address" },
	{ TG_SET_ADDRESSES, "2001:db8::%eth0", 0,
	  "'2001:db8::%eth0' is not an IPv6 address" },
	{ TG_SET_ADDRESSES, "198.51.100.0/33", 13,
	  "'33' is not a length of 0 to 32" },
	{ TG_SET_ADDRESSES, "198.51.100.0/", 13,
	  "'' is not a length of 0 to 32" },
	{ TG_SET_ADDRESSES, "198.51.100.0/024", 13,
	  "'024' is not a length of 0 to 32" },
	{ TG_SET_ADDRESSES, "2001:db8::/129", 11,
	  "'129' is not a length of 0 to 128" },
	{ TG_SET_ADDRESSES, " 198.51.100.7/24", 1,
	  "'198.51.100.7/24' has host bits set: write 198.51.100.0/24, or the "
	  "address alone" },
	{ TG_SET_ADDRESSES, "128.0.0.0/0", 0,
	  "'128.0.0.0/0' has host bits set: write 0.0.0.0/0, or the address "
	  "alone" },
	{ TG_SET_ADDRESSES,
	  "198.51.100.7" BLANKS52 BLANKS52 BLANKS52 BLANKS52 BLANKS52 "/24", 0,
	  "'198.51.100.7" BLANKS52
	  "' has host bits set: write 198.51.100.0/24, or the "
	  "address alone" },
	{ TG_SET_ADDRESSES, "2001:db8::1/64", 0,
	  "'2001:db8::1/64' has host bits set: write 2001:db8::/64, or the "
	  "address alone" },
	{ TG_SET_ADDRESSES, "198.51.100.7-198.51.100.6", 0,
	  "'198.51.100.7-198.51.100.6' ends before it starts" },
	{ TG_SET_ADDRESSES, "198.51.100.7-::1", 0,
	  "'198.51.100.7-::1' is from one family to the other" },
	{ TG_SET_ADDRESSES, "198.51.100.7-", 13, "'' is not an address" },
	{ TG_SET_PORTS, "65536", 0,
	  "'65536' is not a port: a number of 0 to 65535, or a service's "
	  "name" },
	{ TG_SET_PORTS, "80-x", 3,
	  "'x' is not a port: a number of 0 to 65535, or a service's name" },
	{ TG_SET_PORTS, "0x50", 0,
	  "'0x50' is not a port: a number of 0 to 65535, or a service's name" },
	{ TG_SET_PORTS, "90-80", 0, "'90-80' ends before it starts" },
	{ TG_SET_PORTS, "!80", 0,
	  "'!80' is an exception, and only sets of addresses have exceptions" },
	{ TG_SET_MACS, "02:00:5e:00:53", 0,
	  "'02:00:5e:00:53' is not a MAC like 02:00:5e:00:53:01" },
	{ TG_SET_MACS, "02:00:5e:00:53:0g", 0,
	  "'02:00:5e:00:53:0g' is not a MAC like 02:00:5e:00:53:01" },
	{ TG_SET_MACS, "0200:5e:00:53:01:", 0,
	  "'0200:5e:00:53:01:' is not a MAC like 02:00:5e:00:53:01" },
	{ TG_SET_ADDRESS_PORTS, "198.51.100.7 443", 0,
	  "'198.51.100.7 443' is not an address, a protocol and a port, like "
	  "198.51.100.7 tcp 443" },
	{ TG_SET_ADDRESS_PORTS, "198.51.100.7 tcp 443 x", 0,
	  "'198.51.100.7 tcp 443 x' is not an address, a protocol and a port, "
	  "like 198.51.100.7 tcp 443" },
	{ TG_SET_ADDRESS_PORTS, "198.51.100.7 256 443", 13,
	  "'256' is not a protocol: a name like tcp, or a number of 0 to 255" },
	{ TG_SET_ADDRESS_PORTS, "198.51.100.7 icmp 3", 13,
	  "'icmp' has no ports: tcp, udp and sctp have" },
	{ TG_SET_ADDRESS_PORTS, "198.51.100.0/24 tcp 443", 0,
	  "'198.51.100.0/24' is not an address" },
};

#define COUNT(array) ((int)(sizeof(array) / sizeof(*(array))))

static void print_all(char *out, size_t size, const struct set_entries *entries)
{
	char text[SET_TEXT_SIZE];
	size_t used = 0;

	*out = '\0';
	for (size_t i = 0; i < entries->count && used < size; i++) {
		set_entry_print(text, &entries->list[i]);
		used += snprintf(out + used, size - used, "%s%s", i ? ", " : "",
				 text);
	}
}

static void check_accepted(struct tap *tap)
{
	for (int i = 0; i < COUNT(accepted); i++) {
		const char *text = accepted[i].text;
		struct set_entries entries = { 0 };
		struct set_fault fault = { .what = "" };
		char printed[1024];
		bool is_read = set_entry_read(accepted[i].kind, text,
					      strlen(text), &entries, &fault);

		print_all(printed, sizeof(printed), &entries);
		if (!tap_ok(tap,
			    is_read && !strcmp(printed, accepted[i].printed),
			    "%s: '%s' is %s", set_kind_name(accepted[i].kind),
			    text, accepted[i].printed))
			tap_note(tap, "got %s %s", printed, fault.what);
		free(entries.list);
	}
}

static void check_rejected(struct tap *tap)
{
	for (int i = 0; i < COUNT(rejected); i++) {
		const char *text = rejected[i].text;
		struct set_entries entries = { 0 };
		struct set_fault fault = { .what = "" };
		bool is_read = set_entry_read(rejected[i].kind, text,
					      strlen(text), &entries, &fault);

		if (!tap_ok(tap,
			    !is_read && !entries.count &&
				    fault.offset == rejected[i].offset &&
				    !strcmp(fault.what, rejected[i].what),
			    "%s: '%s' is refused",
			    set_kind_name(rejected[i].kind), text))
			tap_note(tap, "at %zu: %s", fault.offset, fault.what);
		free(entries.list);
	}
}

/* --- times */

static const struct {
	const char *text;
	uint64_t seconds; /* 0: it is no time */
	const char *printed;
} times[] = {
	{ "1s", 1, "1s" },	 { "90s", 90, "1m30s" },
	{ "10m", 600, "10m" },	 { "1h30m", 5400, "1h30m" },
	{ "7d", 604800, "7d" },	 { "1w1d", 691200, "8d" },
	{ "1d1s", 86401, "1d" }, { "", 0, NULL },
	{ "10", 0, NULL },	 { "m", 0, NULL },
	{ "0s", 0, NULL },	 { "30m1h", 0, NULL },
	{ "1m1m", 0, NULL },	 { "-1s", 0, NULL },
	{ "1.5h", 0, NULL },	 { "10m ", 0, NULL },
	{ "5y", 0, NULL },	 { "1830d", 158112000, "1830d" },
	{ "1831d", 0, NULL },	 { "99999999999999999999s", 0, NULL },
};

static void check_times(struct tap *tap)
{
	for (int i = 0; i < COUNT(times); i++) {
		const char *text = times[i].text;
		char printed[TIME_TEXT_SIZE] = "";
		uint64_t seconds = 0;
		bool is_time = time_text_read(text, strlen(text), &seconds);

		if (is_time)
			time_text_print(printed, seconds);
		tap_ok(tap,
		       is_time ? seconds == times[i].seconds &&
					 !strcmp(printed, times[i].printed)
			       : !times[i].seconds,
		       times[i].seconds ? "'%s' is a time" : "'%s' is no time",
		       text);
	}
}

/* --- lists */

/* What a list gives: "ENTRY", "ENTRY +SECONDS" or "ENTRY forever". */
static const struct {
	const char *name, *text, *wanted, *said;
	size_t passed;
} lists[] = {
	{ "a list without a final newline", "198.51.100.7\n198.51.100.8",
	  "198.51.100.7|198.51.100.8|", "", 0 },
	{ "an empty list", "", "", "", 0 },
	{ "line ends of other systems, blank lines and blanks",
	  "198.51.100.7\r\n\r\n\t198.51.100.8 \r\n  \n",
	  "198.51.100.7|198.51.100.8|", "", 0 },
	{ "comments behind both marks",
	  "# a list\n198.51.100.7#x\n198.51.100.0/24 ; SBL1\n;198.51.100.9\n",
	  "198.51.100.7|198.51.100.0/24|", "", 0 },
	{ "deadlines",
	  "198.51.100.7 # until 2001-01-01T00:01:40Z\n"
	  "198.51.100.8 # until forever\n"
	  "198.51.100.9 #   until   2001-01-01T00:00:01Z  \r\n"
	  "198.51.100.10 # untilled\n",
	  "198.51.100.7 +100|198.51.100.8 forever|198.51.100.9 +1|"
	  "198.51.100.10|",
	  "", 0 },
	{ "a deadline that has passed",
	  "198.51.100.0-198.51.100.2 # until 2000-12-31T23:59:59Z\n"
	  "198.51.100.8 # until 2001-01-01T00:00:00Z\n198.51.100.9\n",
	  "198.51.100.9|", "", 3 },
	{ "all bad lines, each with its place",
	  "198.51.100.7\nbad\n  198.51.100.7/24\n198.51.100.8 # until soon\n"
	  "!198.51.100.9 # until 2001-01-01T00:01:00Z\n",
	  "198.51.100.7|",
	  "list:2:1: 'bad' is not an address\n"
	  "list:3:3: '198.51.100.7/24' has host bits set: write "
	  "198.51.100.0/24, or the address alone\n"
	  "list:4:22: 'soon' is not a time like 2026-12-01T10:00:00Z\n"
	  "list:5:15: an exception has no deadline\n",
	  0 },
	{ "a deadline that is too far",
	  "198.51.100.7 # until 2999-01-01T00:00:00Z", "",
	  "list:1:22: '2999-01-01T00:00:00Z' is more than five years ahead\n",
	  0 },
	{ "the section of the set among others",
	  "# saved\nset other {\n\tnonsense\n}\nset wanted "
	  "{\n\t198.51.100.7\n}\n"
	  "set wanted2 {\n}\n",
	  "198.51.100.7|", "", 0 },
	{ "a line outside of sections",
	  "set wanted {\n198.51.100.7\n}\n198.51.100.8\n", "198.51.100.7|",
	  "list:4:1: this line is in none of the file's sections "
	  "'set NAME { ... }'\n",
	  0 },
	{ "a file without the section", "set other {\n198.51.100.7\n}\n", "",
	  "list:4:1: the file has no section 'set wanted {'\n", 0 },
	{ "a section that is not closed", "set wanted {\n198.51.100.7\n",
	  "198.51.100.7|", "list:3:1: the section is not closed with '}'\n",
	  0 },
	{ "a zero byte", NULL, "", "list:1:1: '1.2.3.4' is not an address\n",
	  0 },
};

static void print_list(char *out, size_t size,
		       const struct set_reading *reading)
{
	size_t used = 0;

	*out = '\0';
	for (size_t i = 0; i < reading->entries.count && used < size; i++) {
		const struct set_entry *entry = &reading->entries.list[i];
		char text[SET_TEXT_SIZE], until[32] = "";

		set_entry_print(text, entry);
		if (entry->deadline == TG_SET_FOREVER)
			snprintf(until, sizeof(until), " forever");
		else if (entry->deadline)
			snprintf(until, sizeof(until), " +%u",
				 (unsigned int)set_seconds(entry->deadline -
							   NOW));
		used += snprintf(out + used, size - used, "%s%s|", text, until);
	}
}

/* Reads the text with stderr in `said`. */
static struct set_reading read_list(const char *text, size_t size, char *said,
				    size_t room)
{
	struct set_reading reading =
		set_reading_of("list", "wanted", TG_SET_ADDRESSES, NOW);
	FILE *terminal = stderr;

	reading.wall = 978307200; /* 2001-01-01T00:00:00Z */
	memset(said, 0, room);
	stderr = fmemopen(said, room - 1, "w");
	if (!stderr || !set_read_text(&reading, text, size))
		abort();
	set_read_end(&reading);
	fclose(stderr);
	stderr = terminal;
	return reading;
}

static void check_lists(struct tap *tap)
{
	for (int i = 0; i < COUNT(lists); i++) {
		const char *text = lists[i].text ? lists[i].text : "1.2.3.4\0";
		size_t size = lists[i].text ? strlen(text) : 8;
		char said[1024], printed[1024];
		struct set_reading reading =
			read_list(text, size, said, sizeof(said));

		print_list(printed, sizeof(printed), &reading);
		if (!tap_ok(tap,
			    !strcmp(printed, lists[i].wanted) &&
				    !strcmp(said, lists[i].said) &&
				    reading.passed == lists[i].passed,
			    "lists: %s", lists[i].name))
			tap_note(tap, "%s\n# %s", printed, said);
		set_reading_free(&reading);
	}
}

/* --- the order that prefixes are added in */

static const char *const orders[][2] = {
	{ "198.51.100.0/24\n", "198.51.100.0/24|" },
	{ "203.0.113.0/24\n198.51.100.0/24\n",
	  "198.51.100.0/24|203.0.113.0/24|" },
	{ "198.51.100.0/25\n198.51.100.0/24\n",
	  "198.51.100.0/24|198.51.100.0/25|" },
	{ "2001:db8:0:1::/64\n2001:db8::/64\n1.0.0.0/8\n",
	  "1.0.0.0/8|2001:db8::/64|2001:db8:0:1::/64|" },
	{ "203.0.113.9\n203.0.113.0/24\n203.0.113.7\n198.51.100.0/24\n",
	  "203.0.113.9|198.51.100.0/24|203.0.113.7|"
	  "203.0.113.0/24|" },
	/* of the same prefix, the last one counts */
	{ "203.0.113.0/24 # until 2001-01-01T00:01:00Z\n"
	  "203.0.113.0/24 # until 2001-01-01T00:00:10Z\n1.0.0.0/8\n"
	  "203.0.113.0/24 # until 2001-01-01T00:00:30Z\n",
	  "1.0.0.0/8|203.0.113.0/24 +60|203.0.113.0/24 +10|"
	  "203.0.113.0/24 +30|" },
};

static void check_orders(struct tap *tap)
{
	for (int i = 0; i < COUNT(orders); i++) {
		char said[1024], printed[1024];
		struct set_reading reading = read_list(
			orders[i][0], strlen(orders[i][0]), said, sizeof(said));

		set_entries_sort_prefixes(&reading.entries);
		print_list(printed, sizeof(printed), &reading);
		if (!tap_ok(tap, !strcmp(printed, orders[i][1]),
			    "prefixes in order: %s", orders[i][1]))
			tap_note(tap, "%s", printed);
		set_reading_free(&reading);
	}
}

int main(void)
{
	struct tap tap = tap_plan(stdout, COUNT(accepted) + COUNT(rejected) +
						  COUNT(times) + COUNT(lists) +
						  COUNT(orders));

	check_accepted(&tap);
	check_rejected(&tap);
	check_times(&tap);
	check_lists(&tap);
	check_orders(&tap);
	return tap_end(&tap);
}
