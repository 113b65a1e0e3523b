/* SPDX-License-Identifier: GPL-2.0-only */
/* The units of rates and bursts, as tc spells them; the printer's order. */
#ifndef TG_POLICY_RATE_UNIT_H
#define TG_POLICY_RATE_UNIT_H

#include <stddef.h>
#include <stdint.h>

struct rate_unit {
	const char *word;
	uint64_t factor;
};

/* Of bits a second, bytes, and seconds; the last has no word. */
extern const struct rate_unit bit_units[], byte_units[], time_units[];

/* The unit with this word, in upper or lower case, or NULL. */
const struct rate_unit *rate_unit_named(const struct rate_unit *units,
					const char *word, size_t length);

/* The first unit that divides the value. */
const struct rate_unit *rate_unit_for(const struct rate_unit *units,
				      uint64_t value);

#endif
