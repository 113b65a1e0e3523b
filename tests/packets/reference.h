/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parser once more, written to be obvious and not to please a verifier:
 * bytes by their number, one step after the other. The fuzzer holds the real
 * one against it.
 */
#ifndef TG_REFERENCE_H
#define TG_REFERENCE_H

#include "found.h"

/* Fills what find() fills, but for ->text. */
void find_by_reference(struct found *found, const struct delivery *delivery,
		       enum tg_depth depth);

#endif
