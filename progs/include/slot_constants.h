/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TG_SLOT_CONSTANTS_H
#define TG_SLOT_CONSTANTS_H

#include "slots.h"
#include "verdicts.h"

/*
 * Constants of a plugin's slot in a chain. tg-splice sets them in a copy of the
 * object before it is grafted. The verifier treats them as literals: dead
 * branches are removed and the tail call becomes a direct jump.
 */
const volatile __u32 tg_next_slot = TG_SLOT_NONE;
const volatile __u32 tg_miss = TG_VERDICT_PASS;

/*
 * Distinguishes a program from its predecessor in the same slot. Only tools
 * read it.
 */
const volatile __u32 tg_serial = 0;

#endif
