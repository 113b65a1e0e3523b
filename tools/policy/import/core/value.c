// SPDX-License-Identifier: GPL-2.0-only
/* Parses values as other filters write them. */
#include <string.h>

#include "import.h"
#include "policy/language/field.h"
#include "policy/language/value_text.h"

/* Decimal, or hexadecimal with 0x. */
bool import_number(const char *text, size_t size, uint64_t max, uint64_t *value)
{
	bool hex = size > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
	int base = hex ? 16 : 10;
	uint64_t result = 0;

	if (!size)
		return false;
	for (size_t i = hex ? 2 : 0; i < size; i++) {
		int digit = digit_value(text[i]);

		if (digit >= base || result > (UINT64_MAX - digit) / base)
			return false;
		result = result * base + digit;
		if (result > max)
			return false;
	}
	*value = result;
	return true;
}

bool import_prefix_of(struct policy_value address, unsigned int length,
		      bool ip6, struct policy_range *range)
{
	unsigned int width = ip6 ? 128 : 32;
	struct policy_value rest;

	if (length > width)
		return false;
	rest = host_bits(ip6, length);
	range->first.hi = address.hi & ~rest.hi;
	range->first.lo = address.lo & ~rest.lo;
	range->last.hi = address.hi | rest.hi;
	range->last.lo = address.lo | rest.lo;
	return true;
}

static bool length_of_mask(struct policy_value mask, bool ip6, uint64_t *length)
{
	unsigned int width = ip6 ? 128 : 32;
	struct policy_value all = host_bits(ip6, 0);

	for (*length = 0; *length <= width; ++*length) {
		struct policy_value rest = host_bits(ip6, *length);

		if (mask.hi == (all.hi & ~rest.hi) &&
		    mask.lo == (all.lo & ~rest.lo))
			return true;
	}
	return false;
}

bool import_prefix(const char *text, size_t size, bool ip6,
		   struct policy_range *range)
{
	const char *slash = memchr(text, '/', size);
	size_t before = slash ? (size_t)(slash - text) : size;
	uint64_t length = ip6 ? 128 : 32;
	struct policy_value address, mask;

	if (!text_to_address(text, before, ip6, &address))
		return false;
	if (slash) {
		const char *after = slash + 1;
		size_t rest = size - before - 1;

		if (!import_number(after, rest, length, &length) &&
		    (!text_to_address(after, rest, ip6, &mask) ||
		     !length_of_mask(mask, ip6, &length)))
			return false;
	}
	return import_prefix_of(address, length, ip6, range);
}

/* Names that iptables and nft have and the policy language lacks. */
static const struct alias {
	enum policy_field field;
	bool ip6;
	const char *name;
	uint64_t value;
} aliases[] = {
	{ POLICY_ETHERTYPE, false, "8021q", 0x8100 },
	{ POLICY_ETHERTYPE, false, "8021ad", 0x88a8 },
	{ POLICY_PROTOCOL, false, "ip", 0 },
	{ POLICY_PROTOCOL, false, "ipv6-nonxt", 59 },
	{ POLICY_PROTOCOL, false, "comp", 108 },
	{ POLICY_PROTOCOL, false, "mh", 135 },
	{ POLICY_PROTOCOL, false, "ipv6-mh", 135 },
	{ POLICY_PROTOCOL, false, "mobility-header", 135 },
	{ POLICY_PROTOCOL, false, "mpls-in-ip", 137 },
	{ POLICY_ARP_OPERATION, false, "rrequest", 3 },
	{ POLICY_ARP_OPERATION, false, "rreply", 4 },
	{ POLICY_ARP_OPERATION, false, "inrequest", 8 },
	{ POLICY_ARP_OPERATION, false, "inreply", 9 },
	{ POLICY_ICMP_TYPE, false, "ping", 8 },
	{ POLICY_ICMP_TYPE, false, "pong", 0 },
	{ POLICY_ICMP_TYPE, false, "ttl-exceeded", 11 },
	{ POLICY_ICMP_TYPE, true, "ind-neighbor-solicit", 141 },
	{ POLICY_ICMP_TYPE, true, "ind-neighbor-advert", 142 },
	{ POLICY_ICMP_CODE, false, "net-unreachable", 0 },
	{ POLICY_ICMP_CODE, false, "host-unreachable", 1 },
	{ POLICY_ICMP_CODE, false, "prot-unreachable", 2 },
	{ POLICY_ICMP_CODE, false, "port-unreachable", 3 },
	{ POLICY_ICMP_CODE, true, "port-unreachable", 4 },
};

bool import_word(enum policy_field field, bool ip6, const char *text,
		 size_t size, uint64_t *value)
{
	uint64_t max = (UINT64_C(1) << field_bits(field)) - 1;
	enum word_table table = field_words(field, ip6);
	uint32_t found;

	if (import_number(text, size, max, value))
		return true;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++) {
		if (aliases[i].field == field && aliases[i].ip6 == ip6 &&
		    strlen(aliases[i].name) == size &&
		    !memcmp(aliases[i].name, text, size)) {
			*value = aliases[i].value;
			return true;
		}
	}
	if (table == NO_WORDS || !word_value(table, text, size, &found))
		return false;
	*value = found;
	return true;
}
