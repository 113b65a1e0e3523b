/* SPDX-License-Identifier: GPL-2.0-only */
/* A field of a header: where its bits are, and what a number looks like. */
#ifndef TG_FIELD_H
#define TG_FIELD_H

#include <stdint.h>

struct field {
	const char *name;
	uint16_t bit; /* from the start of the header, most significant first */
	uint16_t width;
	const char *initially;
};

uint64_t field_get(const uint8_t *header, const struct field *field);
void field_put(uint8_t *header, const struct field *field, uint64_t value);

/* A number, a name, an address: 0, or -EINVAL where text is none of them. */
int field_set(uint8_t *header, const struct field *field, const char *text);

#endif
