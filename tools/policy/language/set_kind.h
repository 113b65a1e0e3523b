/* SPDX-License-Identifier: GPL-2.0-only */
/* The kinds of named sets, and the fields that a rule compares with each. */
#ifndef TG_POLICY_SET_KIND_H
#define TG_POLICY_SET_KIND_H

#include <stdbool.h>

#include "policy/language/field.h"

struct set_kind {
	const char *word;   /* in a declaration, and for all of its entries */
	const char *entry;  /* "an address" */
	const char *clause; /* after 'from' or 'to': "port ", or "" */
	enum value_kind values; /* where '@NAME' may be used */
	bool has_ports;		/* a packet without ports has no value */
};

extern const struct set_kind set_kinds[TG_SET_KINDS];

/* The field of a condition; of addresses, the IPv4 half. */
enum policy_field set_field(enum tg_set_kind kind, enum tg_side side);
enum tg_side set_side(enum policy_field field);

/* A prefix's length that stands for the whole address. */
#define SET_WHOLE4 32
#define SET_WHOLE6 128
#define SET_DEFAULT6 64 /* of IPv6, where only a length of IPv4 is given */

#endif
