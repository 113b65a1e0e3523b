// SPDX-License-Identifier: GPL-2.0-only
/* Prints the entries of the sets as lists for 'tailgate set load'. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ipset.h"
#include "policy/language/value_text.h"

#define PORT_MAX 0xffff

static bool is_text(const char *at, size_t size, const char *text)
{
	return size == strlen(text) && !memcmp(at, text, size);
}

/* --- values */

/* An address or a prefix, without bits behind its length. */
static bool read_prefix(struct ipset_word value, bool ip6,
			struct policy_range *range)
{
	const char *slash = memchr(value.at, '/', value.size);
	size_t size = slash ? (size_t)(slash - value.at) : value.size;
	struct policy_value address;

	return text_to_address(value.at, size, ip6, &address) &&
	       import_prefix(value.at, value.size, ip6, range) &&
	       !value_compare(address, range->first);
}

static const char *check_mac(struct ipset_word value)
{
	struct policy_value mac;

	return text_to_mac(value.at, value.size, &mac) ? NULL
						       : "not a MAC address";
}

static const char *check_port(struct ipset_word value)
{
	uint64_t port;

	return import_number(value.at, value.size, PORT_MAX, &port)
		       ? NULL
		       : "not a port";
}

/* "198.51.100.7,tcp:80": false if it is not of this form. */
static bool split_pair(struct ipset_word value, struct ipset_word *address,
		       struct ipset_word *protocol, struct ipset_word *port)
{
	const char *end = value.at + value.size;
	const char *comma = memchr(value.at, ',', value.size);
	const char *colon = comma ? memchr(comma, ':', end - comma) : NULL;

	if (!colon)
		return false;
	*address = (struct ipset_word){ value.at, comma - value.at };
	*protocol = (struct ipset_word){ comma + 1, colon - comma - 1 };
	*port = (struct ipset_word){ colon + 1, end - colon - 1 };
	return true;
}

static bool has_ports(struct ipset_word protocol)
{
	return is_text(protocol.at, protocol.size, "tcp") ||
	       is_text(protocol.at, protocol.size, "udp") ||
	       is_text(protocol.at, protocol.size, "sctp");
}

static const char *check_pair(struct ipset_word value, bool ip6)
{
	struct ipset_word address, protocol, port;
	struct policy_range range;

	if (!split_pair(value, &address, &protocol, &port) ||
	    !read_prefix(address, ip6, &range))
		return "not an address, a protocol and a port";
	if (!has_ports(protocol))
		return "no equivalent of this protocol: tcp, udp and sctp "
		       "alone have ports";
	return check_port(port);
}

/* --- exceptions */

static int compare_ranges(const void *a, const void *b)
{
	const struct policy_range *left = a, *right = b;

	return value_compare(left->first, right->first);
}

/* Prefixes are nested or apart: look at those that start within. */
static bool contains_one(const struct policy_range *outer,
			 const struct policy_range *sorted, size_t count)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (value_compare(sorted[middle].first, outer->first) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < count; low++) {
		if (value_compare(sorted[low].first, outer->last) > 0)
			return false;
		if (value_compare(sorted[low].last, outer->last) <= 0)
			return true;
	}
	return false;
}

/*
 * To ipset, the longest prefix decides; in a set of ours, an exception wins. So
 * an exception with entries in it is not the same.
 */
static void check_exceptions(struct import *import, struct ipset_set *set)
{
	struct policy_range *plain =
		arena_alloc(&import->arena, (set->count + 1) * sizeof(*plain));
	struct policy_range range;
	size_t count = 0;

	for (size_t i = 0; i < set->count; i++) {
		if (!set->entries[i].is_exception &&
		    read_prefix(set->entries[i].value, set->ip6, &range))
			plain[count++] = range;
	}
	qsort(plain, count, sizeof(*plain), compare_ranges);
	for (size_t i = 0; i < set->count; i++) {
		struct ipset_entry *entry = &set->entries[i];

		if (!entry->is_exception || entry->problem ||
		    !read_prefix(entry->value, set->ip6, &range))
			continue;
		if (contains_one(&range, plain, count))
			entry->problem = "an exception with entries in it";
		else if (entry->has_timeout && entry->timeout)
			entry->problem = "an exception with a time";
	}
}

static const char *check_value(const struct ipset_set *set,
			       const struct ipset_entry *entry)
{
	struct policy_range range;

	if (entry->is_exception && !set->is_net)
		return "no equivalent of an exception in such a set";
	switch (set->kind) {
	case TG_SET_PORTS:
		return check_port(entry->value);
	case TG_SET_MACS:
		return check_mac(entry->value);
	case TG_SET_ADDRESS_PORTS:
		return check_pair(entry->value, set->ip6);
	default:
		return read_prefix(entry->value, set->ip6, &range)
			       ? NULL
			       : "neither an address nor a prefix";
	}
}

static void check_set(struct import *import, struct ipset_set *set)
{
	bool has_exceptions = false;

	for (size_t i = 0; i < set->count; i++) {
		struct ipset_entry *entry = &set->entries[i];

		entry->problem = check_value(set, entry);
		has_exceptions |= entry->is_exception;
	}
	if (has_exceptions)
		check_exceptions(import, set);
}

/* --- output */

static size_t report_set(struct import *import, const struct ipset_set *set)
{
	size_t lost = 0;

	if (set->problem) {
		import_error(import, set->line, 1, "not translated: %s",
			     set->problem);
		return 1 + set->count;
	}
	for (size_t i = 0; i < set->count; i++) {
		const struct ipset_entry *entry = &set->entries[i];
		int shown = entry->value.size < 80 ? entry->value.size : 80;

		if (!entry->problem)
			continue;
		lost++;
		import_error(import, entry->line, entry->column,
			     "not translated: %s: '%.*s'", entry->problem,
			     shown, entry->value.at);
	}
	return lost;
}

static void print_deadline(const struct ipset_set *set,
			   const struct ipset_entry *entry, time_t now,
			   FILE *out)
{
	time_t until = now + entry->timeout;
	char text[sizeof("2026-12-01T10:00:00Z")];
	struct tm tm;

	if (!entry->has_timeout || !set->has_timeouts || entry->is_exception)
		return;
	if (entry->timeout && gmtime_r(&until, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		fprintf(out, " # until %s", text);
	else if (set->timeout)
		fputs(" # until forever", out);
}

static void print_entry(const struct ipset_set *set,
			const struct ipset_entry *entry, time_t now, FILE *out)
{
	struct ipset_word address, protocol, port;

	if (set->kind == TG_SET_ADDRESS_PORTS &&
	    split_pair(entry->value, &address, &protocol, &port))
		fprintf(out, "\t%.*s %.*s %.*s", (int)address.size, address.at,
			(int)protocol.size, protocol.at, (int)port.size,
			port.at);
	else
		fprintf(out, "\t%s%.*s", entry->is_exception ? "!" : "",
			(int)entry->value.size, entry->value.at);
	print_deadline(set, entry, now, out);
	putc('\n', out);
}

static void print_set(const struct ipset_set *set, time_t now, FILE *out)
{
	fprintf(out, "\nset %s {\n", set->word);
	for (size_t i = 0; i < set->count; i++) {
		if (!set->entries[i].problem)
			print_entry(set, &set->entries[i], now, out);
	}
	fputs("}\n", out);
}

size_t ipset_check(struct import *import, struct ipset_file *file)
{
	size_t lost = 0;

	for (size_t i = 0; i < file->count; i++) {
		struct ipset_set *set = &file->sets[i];

		if (!set->problem)
			check_set(import, set);
		lost += report_set(import, set);
	}
	return lost;
}

void ipset_print(struct import *import, const struct ipset_file *file,
		 time_t now, FILE *out)
{
	fprintf(out, "# Imported from %s.\n",
		import_comment(import, file->path));
	for (size_t i = 0; i < file->count; i++) {
		if (!file->sets[i].problem)
			print_set(&file->sets[i], now, out);
	}
}
