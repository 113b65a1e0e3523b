// SPDX-License-Identifier: GPL-2.0-only
#include "rate_unit.h"

#include <string.h>
#include <strings.h>

#define KI UINT64_C(1024)
#define K UINT64_C(1000)

const struct rate_unit bit_units[] = {
	{ "tbit", K *K *K *K },
	{ "gbit", K *K *K },
	{ "mbit", K *K },
	{ "kbit", K },
	{ "tibit", KI *KI *KI *KI },
	{ "gibit", KI *KI *KI },
	{ "mibit", KI *KI },
	{ "kibit", KI },
	{ "bit", 1 },
	{ 0 },
};

/* A kilobyte of tc has 1024 bytes. "k" and its like are read, not printed. */
const struct rate_unit byte_units[] = {
	{ "gb", KI *KI *KI }, { "mb", KI *KI }, { "kb", KI }, { "b", 1 },
	{ "g", KI *KI *KI },  { "m", KI *KI },	{ "k", KI },  { 0 },
};

const struct rate_unit time_units[] = {
	{ "d", 24 * 3600 }, { "h", 3600 }, { "m", 60 }, { "s", 1 }, { 0 },
};

const struct rate_unit *rate_unit_named(const struct rate_unit *units,
					const char *word, size_t length)
{
	for (; units->word; units++) {
		if (strlen(units->word) == length &&
		    !strncasecmp(units->word, word, length))
			return units;
	}
	return NULL;
}

const struct rate_unit *rate_unit_for(const struct rate_unit *units,
				      uint64_t value)
{
	while (units->factor > 1 && value % units->factor)
		units++;
	return units;
}
