// SPDX-License-Identifier: GPL-2.0-only
/* Entries of sets from text. */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "entry.h"
#include "lib/text_part.h"
#include "lib/vec.h"
#include "policy/language/words.h"

struct reading {
	const char *text;
	struct set_entries *entries;
	struct set_fault *fault;
	struct set_entry entry;
};

typedef unsigned __int128 wide;

bool set_fault_at(struct set_fault *fault, size_t offset, const char *format,
		  ...)
{
	va_list args;

	fault->offset = offset;
	va_start(args, format);
	vsnprintf(fault->what, sizeof(fault->what), format, args);
	va_end(args);
	return false;
}

/* "'TEXT' WHAT", at the part. */
static bool part_fault(const struct reading *reading, struct text_part part,
		       const char *what)
{
	return set_fault_at(reading->fault, part.start - reading->text,
			    "'%.*s' %s", text_part_shown(part), part.start,
			    what);
}

static struct text_part part_trim(struct text_part part)
{
	while (part.start < part.end && isblank((unsigned char)*part.start))
		part.start++;
	while (part.start < part.end && isblank((unsigned char)part.end[-1]))
		part.end--;
	return part;
}

/* The part before the first `c`; false if it has none. */
static bool part_split(struct text_part part, char c, struct text_part *before,
		       struct text_part *after)
{
	const char *at = memchr(part.start, c, part.end - part.start);

	if (!at)
		return false;
	*before = part_trim((struct text_part){ part.start, at });
	*after = part_trim((struct text_part){ at + 1, part.end });
	return true;
}

static bool append(struct reading *reading)
{
	struct set_entries *entries = reading->entries;

	if (!vec_reserve(entries->list, entries->room, entries->count + 1))
		return set_fault_at(reading->fault, 0, "out of memory");
	entries->list[entries->count++] = reading->entry;
	return true;
}

/* --- numbers */

static bool read_named(struct text_part part, enum word_table table,
		       uint32_t max, uint32_t *number)
{
	return text_part_number(part, max, number) ||
	       word_value(table, part.start, part.end - part.start, number);
}

/* --- addresses */

size_t set_read_ip4(const char *text, const char *end, uint32_t *address)
{
	const char *at = text;
	uint32_t sum = 0;

	for (int i = 0; i < 4; i++) {
		unsigned int octet;

		if (i && (at == end || *at++ != '.'))
			return 0;
		if (at == end || *at < '0' || *at > '9')
			return 0;
		octet = *at++ - '0';
		while (octet && at < end && *at >= '0' && *at <= '9') {
			octet = 10 * octet + (*at++ - '0');
			if (octet > 255)
				return 0;
		}
		sum = sum << 8 | octet;
	}
	*address = sum;
	return at - text;
}

static bool read_ip6(struct text_part part, uint32_t words[4])
{
	char text[INET6_ADDRSTRLEN] = "";
	uint32_t there[4];
	size_t size = part.end - part.start;

	if (size >= sizeof(text) || memchr(part.start, '\0', size))
		return false;
	memcpy(text, part.start, size);
	if (inet_pton(AF_INET6, text, there) != 1)
		return false;
	for (int i = 0; i < 4; i++)
		words[i] = ntohl(there[i]);
	return true;
}

/* As a number of 128 bits, in the upper ones; sets the whole length's form. */
static bool read_address(const struct reading *reading, struct text_part part,
			 wide *address, struct tg_set_key *key)
{
	size_t size = part.end - part.start;

	memset(key, 0, sizeof(*key));
	if (size && memchr(part.start, ':', size)) {
		if (!read_ip6(part, key->words))
			return part_fault(reading, part,
					  "is not an IPv6 address");
		key->form = TG_SET_FORM_IP6(128);
	} else {
		if (!size ||
		    set_read_ip4(part.start, part.end, key->words) != size)
			return part_fault(reading, part, "is not an address");
		key->form = TG_SET_FORM_IP4(32);
	}
	*address = 0;
	for (int i = 0; i < 4; i++)
		*address = *address << 32 | key->words[i];
	return true;
}

static wide host_bits(unsigned int length)
{
	return length < 128 ? ~(wide)0 >> length : 0;
}

static void set_prefix(struct set_entry *entry, bool is_ip4, wide address,
		       unsigned int length)
{
	for (int i = 0; i < 4; i++)
		entry->key.words[i] = address >> (96 - 32 * i);
	entry->key.form =
		is_ip4 ? TG_SET_FORM_IP4(length) : TG_SET_FORM_IP6(length);
}

static bool read_prefix(struct reading *reading, struct text_part all,
			struct text_part before, struct text_part after)
{
	struct set_entry *entry = &reading->entry;
	char right[SET_TEXT_SIZE];
	uint32_t length;
	bool is_ip4;
	wide address;

	if (!read_address(reading, before, &address, &entry->key))
		return false;
	is_ip4 = entry->key.form == TG_SET_FORM_IP4(32);
	if (!text_part_number(after, is_ip4 ? 32 : 128, &length))
		return part_fault(reading, after,
				  is_ip4 ? "is not a length of 0 to 32"
					 : "is not a length of 0 to 128");
	if (address & host_bits(length)) {
		struct set_entry prefix = { 0 };

		set_prefix(&prefix, is_ip4, address & ~host_bits(length),
			   length);
		set_entry_print(right, &prefix);
		return set_fault_at(reading->fault, all.start - reading->text,
				    "'%.*s' has host bits set: write %s, or "
				    "the address alone",
				    text_part_shown(all), all.start, right);
	}
	set_prefix(entry, is_ip4, address, length);
	return append(reading);
}

/* The fewest prefixes that are together the range. */
static bool read_address_range(struct reading *reading, struct text_part all,
			       struct text_part before, struct text_part after)
{
	unsigned int longest, length;
	struct tg_set_key key;
	wide first, last;
	bool is_ip4;

	if (!read_address(reading, before, &first, &reading->entry.key) ||
	    !read_address(reading, after, &last, &key))
		return false;
	is_ip4 = key.form == TG_SET_FORM_IP4(32);
	longest = is_ip4 ? 32 : 128;
	if (reading->entry.key.form != key.form)
		return part_fault(reading, all,
				  "is from one family to the other");
	if (first > last)
		return part_fault(reading, all, "ends before it starts");
	last |= host_bits(longest);
	for (;;) {
		length = longest;
		while (length && !(first & host_bits(length - 1)) &&
		       (first | host_bits(length - 1)) <= last)
			length--;
		set_prefix(&reading->entry, is_ip4, first, length);
		if (!append(reading))
			return false;
		first |= host_bits(length);
		if (first == last)
			return true;
		first++;
	}
}

static bool read_addresses(struct reading *reading, struct text_part all)
{
	struct text_part before, after;
	wide address;

	if (part_split(all, '/', &before, &after))
		return read_prefix(reading, all, before, after);
	if (part_split(all, '-', &before, &after))
		return read_address_range(reading, all, before, after);
	return read_address(reading, all, &address, &reading->entry.key) &&
	       append(reading);
}

/* --- the other kinds */

#define PORT_FAULT "is not a port: a number of 0 to 65535, or a service's name"

static bool read_ports(struct reading *reading, struct text_part all)
{
	struct tg_set_key *key = &reading->entry.key;
	struct text_part before = all, after = all;
	uint32_t first, last;

	key->form = TG_SET_FORM_PORT;
	/* names of services have dashes, too */
	if (read_named(all, WORDS_SERVICE, 65535, &first)) {
		key->port = first;
		return append(reading);
	}
	if (!part_split(all, '-', &before, &after))
		return part_fault(reading, all, PORT_FAULT);
	if (!read_named(before, WORDS_SERVICE, 65535, &first))
		return part_fault(reading, before, PORT_FAULT);
	if (!read_named(after, WORDS_SERVICE, 65535, &last))
		return part_fault(reading, after, PORT_FAULT);
	if (first > last)
		return part_fault(reading, all, "ends before it starts");
	for (uint32_t port = first; port <= last; port++) {
		key->port = port;
		if (!append(reading))
			return false;
	}
	return true;
}

static bool read_macs(struct reading *reading, struct text_part all)
{
	uint64_t address = 0;
	const char *at = all.start;
	bool is_right = all.end - all.start == 17;

	for (int i = 0; is_right && i < 17; i++, at++) {
		if (i % 3 == 2)
			is_right = *at == ':' || *at == '-';
		else if (isxdigit((unsigned char)*at))
			address = address << 4 |
				  (isdigit((unsigned char)*at)
					   ? *at - '0'
					   : (*at | 32) - 'a' + 10);
		else
			is_right = false;
	}
	if (!is_right)
		return part_fault(reading, all,
				  "is not a MAC like 02:00:5e:00:53:01");
	reading->entry.key.words[0] = address >> 16;
	reading->entry.key.words[1] = address << 16;
	reading->entry.key.form = TG_SET_FORM_MAC;
	return append(reading);
}

static bool read_address_ports(struct reading *reading, struct text_part all)
{
	struct tg_set_key *key = &reading->entry.key;
	struct text_part rest = all, address = text_part_word(&rest);
	struct text_part protocol = text_part_word(&rest),
			 port = text_part_word(&rest);
	uint32_t number;
	wide bits;

	rest = part_trim(rest);
	if (port.start == port.end || rest.start < rest.end)
		return part_fault(reading, all,
				  "is not an address, a protocol and a port, "
				  "like 198.51.100.7 tcp 443");
	if (!read_address(reading, address, &bits, key))
		return false;
	key->form = key->form == TG_SET_FORM_IP4(32)
			    ? TG_SET_FORM_ADDRESS_PORT4
			    : TG_SET_FORM_ADDRESS_PORT6;
	if (!read_named(protocol, WORDS_PROTOCOL, 255, &number))
		return part_fault(reading, protocol,
				  "is not a protocol: a name like tcp, or a "
				  "number of 0 to 255");
	/* the parser of packets knows no ports of others */
	if (number != IPPROTO_TCP && number != IPPROTO_UDP &&
	    number != IPPROTO_SCTP)
		return part_fault(reading, protocol,
				  "has no ports: tcp, udp and sctp have");
	key->protocol = number;
	if (!read_named(port, WORDS_SERVICE, 65535, &number))
		return part_fault(reading, port, PORT_FAULT);
	key->port = number;
	return append(reading);
}

bool set_entry_read(unsigned int kind, const char *text, size_t size,
		    struct set_entries *entries, struct set_fault *fault)
{
	struct reading reading = { .text = text,
				   .entries = entries,
				   .fault = fault };
	struct text_part all =
		part_trim((struct text_part){ text, text + size });
	size_t before = entries->count;
	bool is_right = false;

	if (all.start < all.end && *all.start == '!') {
		if (kind != TG_SET_ADDRESSES)
			return part_fault(&reading, all,
					  "is an exception, and only sets of "
					  "addresses have exceptions");
		reading.entry.is_exception = true;
		all = part_trim((struct text_part){ all.start + 1, all.end });
	}
	switch (kind) {
	case TG_SET_ADDRESSES:
		is_right = read_addresses(&reading, all);
		break;
	case TG_SET_PORTS:
		is_right = read_ports(&reading, all);
		break;
	case TG_SET_MACS:
		is_right = read_macs(&reading, all);
		break;
	case TG_SET_ADDRESS_PORTS:
		is_right = read_address_ports(&reading, all);
		break;
	default:
		set_fault_at(fault, 0, "the set's kind is unknown");
	}
	if (!is_right)
		entries->count = before;
	return is_right;
}
