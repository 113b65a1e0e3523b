/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads from a policy's tables. They are plain loads, and these are the only
 * places that check bounds: an offset is data, and never trusted.
 *
 * Whoever includes this has said before where the tables are:
 *	tg_table_start()  the first byte
 *	tg_table_size()   how many there are; a constant in the kernel
 */
#ifndef TG_POLICY_LOAD_H
#define TG_POLICY_LOAD_H

#include "cursor.h"

/* An offset beyond the end reads as 0, which leads nowhere. */
static __always_inline __u32 tg_load32(__u64 offset)
{
	/* or clang checks one register and uses another */
	tg_forget(offset);
	if (offset > tg_table_size() - sizeof(__u32))
		return 0;
	return *(const __u32 *)(tg_table_start() + offset);
}

static __always_inline __u64 tg_load64(__u64 offset)
{
	tg_forget(offset);
	if (offset > tg_table_size() - sizeof(__u64))
		return 0;
	return *(const __u64 *)(tg_table_start() + offset);
}

/* So many bytes, as a constant; the first ones if these are not all there. */
static __always_inline const __u64 *tg_load_block(__u64 offset, __u32 size)
{
	tg_forget(offset);
	if (offset > tg_table_size() - size)
		offset = 0;
	return (const __u64 *)(tg_table_start() + offset);
}

#endif
