/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slots of a chain. A prog array holds two banks; the gate of a hook jumps
 * to the first slot of one of them while the other can be filled.
 */
#ifndef TG_SLOTS_H
#define TG_SLOTS_H

#define TG_BANKS 2

/* The kernel follows 33 tail calls: the gate's, and 32 slots. */
#define TG_BANK_SLOTS 32
#define TG_SLOTS (TG_BANKS * TG_BANK_SLOTS)

/* The next slot of a plugin that stands alone. */
#define TG_SLOT_NONE 0xffffffffU

#endif
