// SPDX-License-Identifier: GPL-2.0-only
#include "field.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAC_BITS 48
#define IPV4_BITS 32
#define IPV6_BITS 128

static const struct name {
	const char *field;
	const char *name;
	uint64_t value;
} names[] = {
	{ "op", "request", 1 },	  { "op", "reply", 2 },
	{ "flags", "none", 0 },	  { "flags", "fin", 0x01 },
	{ "flags", "syn", 0x02 }, { "flags", "rst", 0x04 },
	{ "flags", "psh", 0x08 }, { "flags", "ack", 0x10 },
	{ "flags", "urg", 0x20 }, { "flags", "ece", 0x40 },
	{ "flags", "cwr", 0x80 },
};

uint64_t field_get(const uint8_t *header, const struct field *field)
{
	uint64_t value = 0;

	for (int i = field->bit; i < field->bit + field->width; i++)
		value = value << 1 | (header[i / 8] >> (7 - i % 8) & 1);
	return value;
}

void field_put(uint8_t *header, const struct field *field, uint64_t value)
{
	for (int i = field->bit + field->width; i-- > field->bit; value >>= 1) {
		uint8_t mask = 1 << (7 - i % 8);

		header[i / 8] &= ~mask;
		if (value & 1)
			header[i / 8] |= mask;
	}
}

static int set_mac(uint8_t *at, const char *text)
{
	unsigned int bytes[6];
	int end = 0;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &bytes[0], &bytes[1],
		   &bytes[2], &bytes[3], &bytes[4], &bytes[5], &end) != 6 ||
	    text[end])
		return -EINVAL;
	for (int i = 0; i < 6; i++)
		at[i] = bytes[i];
	return 0;
}

/* Parses one name, or several separated by commas. */
static int value_of_names(const struct field *field, const char *text,
			  uint64_t *value)
{
	*value = 0;
	while (*text) {
		size_t size = strcspn(text, ",");
		size_t i;

		for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
			if (!strcmp(names[i].field, field->name) &&
			    strlen(names[i].name) == size &&
			    !strncmp(names[i].name, text, size))
				break;
		}
		if (i == sizeof(names) / sizeof(*names))
			return -EINVAL;
		*value |= names[i].value;
		text += size;
		text += *text == ',';
	}
	return 0;
}

static int value_of(const struct field *field, const char *text,
		    uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return *text ? value_of_names(field, text, value) : -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, 0);
	return errno || *end ? -EINVAL : 0;
}

int field_set(uint8_t *header, const struct field *field, const char *text)
{
	uint8_t *at = header + field->bit / 8;
	uint64_t value;

	if (field->width == MAC_BITS)
		return set_mac(at, text);
	if (field->width == IPV6_BITS)
		return inet_pton(AF_INET6, text, at) == 1 ? 0 : -EINVAL;
	if (field->width == IPV4_BITS && strchr(text, '.'))
		return inet_pton(AF_INET, text, at) == 1 ? 0 : -EINVAL;
	if (value_of(field, text, &value) < 0 || value >> field->width)
		return -EINVAL;
	field_put(header, field, value);
	return 0;
}
