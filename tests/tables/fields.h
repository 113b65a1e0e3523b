/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fields of a packet, read without the parser of the plugins: by the
 * reference of tests/packets, and by offsets. What the lookup and the reference
 * matcher share, they would have wrong together.
 */
#ifndef TG_FIELDS_H
#define TG_FIELDS_H

#include "random_packet.h"

void fields_read(struct policy_packet *fields,
		 const struct random_packet *packet);

/* The first field that is not the same in both; POLICY_FIELDS: none. */
enum policy_field fields_differ(const struct policy_packet *a,
				const struct policy_packet *b);

#endif
