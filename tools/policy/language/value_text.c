// SPDX-License-Identifier: GPL-2.0-only
#include "value_text.h"

#include <arpa/inet.h>
#include <string.h>

#include "ranges.h"

#define MAC_LENGTH 17

int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

static uint64_t big_endian(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | bytes[i];
	return value;
}

bool text_to_address(const char *text, size_t length, bool is_ip6,
		     struct policy_value *value)
{
	char copy[INET6_ADDRSTRLEN];
	uint8_t bytes[16];

	if (length >= sizeof(copy) || memchr(text, '\0', length))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (inet_pton(is_ip6 ? AF_INET6 : AF_INET, copy, bytes) != 1)
		return false;
	value->hi = is_ip6 ? big_endian(bytes, 8) : 0;
	value->lo = is_ip6 ? big_endian(bytes + 8, 8) : big_endian(bytes, 4);
	return true;
}

bool text_to_mac(const char *text, size_t length, struct policy_value *value)
{
	*value = (struct policy_value){ 0 };
	if (length != MAC_LENGTH)
		return false;
	for (size_t i = 0; i < MAC_LENGTH; i++) {
		int digit = digit_value(text[i]);

		if (i % 3 == 2 ? text[i] != ':' : digit == 16)
			return false;
		if (i % 3 != 2)
			value->lo = value->lo << 4 | digit;
	}
	return true;
}

struct policy_value host_bits(bool is_ip6, unsigned int length)
{
	unsigned int bits = (is_ip6 ? 128 : 32) - length;

	return value_highest(bits);
}
