/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A second implementation of the parser, which is simple and not limited by the
 * verifier. The fuzzer compares both.
 */
#ifndef TG_REFERENCE_H
#define TG_REFERENCE_H

#include "found.h"

/* Fills the same members as find(), except ->text. */
void find_by_reference(struct found *found, const struct delivery *delivery,
		       enum tg_depth depth);

#endif
