// SPDX-License-Identifier: GPL-2.0-only
#include "prefix.h"

#include <string.h>

#include "lib/filter_words.h"

bool flow_prefix_read(const char *word, struct flow_prefix *prefix)
{
	struct text_part part = { word, word + strlen(word) }, length = { 0 };
	const char *slash = strchr(word, '/');
	uint32_t number;

	if (slash) {
		length = (struct text_part){ slash + 1, part.end };
		part.end = slash;
	}
	if (!flow_read_address(part, &prefix->address))
		return false;
	number = prefix->address.is_ip6 ? 128 : 32;
	if (slash && !text_part_number(length, number, &number))
		return false;
	prefix->length = number;
	prefix->is_given = true;
	return true;
}

bool flow_prefix_filter(const char *word, struct flow_prefix *prefix)
{
	return flow_prefix_read(word, prefix) ||
	       filter_fail("not an address or a prefix", word);
}

bool flow_prefix_meets(const struct flow_prefix *prefix,
		       const uint32_t *address, bool is_ip6,
		       unsigned int length)
{
	unsigned int left = prefix->length < length ? prefix->length : length;

	if (!prefix->is_given)
		return true;
	if (prefix->address.is_ip6 != is_ip6)
		return false;
	for (int i = 0; left; i++) {
		unsigned int bits = left < 32 ? left : 32;
		uint32_t mask = bits < 32 ? ~(~0U >> bits) : ~0U;

		if ((address[i] ^ prefix->address.words[i]) & mask)
			return false;
		left -= bits;
	}
	return true;
}
