/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slots of a chain. Its prog array has two banks: the gate jumps to the
 * first slot of one bank while the other is being filled.
 */
#ifndef TG_SLOTS_H
#define TG_SLOTS_H

#define TG_BANKS 2

/* The kernel allows 33 tail calls: one by the gate, 32 between slots. */
#define TG_BANK_SLOTS 32
#define TG_SLOTS (TG_BANKS * TG_BANK_SLOTS)

/* The next slot of a plugin that is not in a chain. */
#define TG_SLOT_NONE 0xffffffffU

#endif
