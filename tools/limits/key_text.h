/* SPDX-License-Identifier: GPL-2.0-only */
/* The key of a limit, as text and as JSON. */
#ifndef TG_LIMITS_KEY_TEXT_H
#define TG_LIMITS_KEY_TEXT_H

#include <stdbool.h>

#include <jansson.h>

#include "policy_limit.h"

#define LIMIT_KEY_SIZE 160

/*
 * "from 198.51.100.0/24", "tcp 198.51.100.7:40000 203.0.113.1:443", "tcp port
 * 443", "all". `limit`: what the key is of, or NULL if that is not known; then
 * a prefix has no length.
 */
void limit_key_print(char text[LIMIT_KEY_SIZE],
		     const struct tg_limit_note *note,
		     const struct tg_limit *limit);

/* The members "hook" and those that the kind of key has. */
json_t *limit_key_to_json(const struct tg_limit_note *note,
			  const struct tg_limit *limit);

/* Of the addresses in a key: bits that count. */
unsigned int limit_key_length(const struct tg_limit_note *note,
			      const struct tg_limit *limit);

static inline bool limit_key_is_ip6(const struct tg_limit_note *note)
{
	return TG_LIMIT_FAMILY_OF(note->form) == 2;
}

static inline bool limit_key_has_address(const struct tg_limit_note *note)
{
	return TG_LIMIT_FAMILY_OF(note->form) &&
	       note->per != TG_LIMIT_PER_ALL && note->per != TG_LIMIT_PER_PORT;
}

#endif
