/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the fields of a packet without the plugins' parser: with the reference
 * of tests/packets, and by offset. It finds errors that the lookup and the
 * reference matcher would share.
 */
#ifndef TG_FIELDS_H
#define TG_FIELDS_H

#include "random_packet.h"

void fields_read(struct policy_packet *fields,
		 const struct random_packet *packet);

/* The first field that differs; POLICY_FIELDS: none. */
enum policy_field fields_differ(const struct policy_packet *a,
				const struct policy_packet *b);

#endif
