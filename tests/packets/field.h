/* SPDX-License-Identifier: GPL-2.0-only */
/* A header field: its position and the format of its values. Used by craft. */
#ifndef TG_FIELD_H
#define TG_FIELD_H

#include <stdint.h>

struct field {
	const char *name;
	uint16_t bit; /* offset from the start of the header, MSB first */
	uint16_t width;
	const char *initially;
};

uint64_t field_get(const uint8_t *header, const struct field *field);
void field_put(uint8_t *header, const struct field *field, uint64_t value);

/* Parses a number, a name or an address. Returns 0 or -EINVAL. */
int field_set(uint8_t *header, const struct field *field, const char *text);

#endif
