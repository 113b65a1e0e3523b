/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring of events that rules with `log` write: see log_ring.h. */
#ifndef TG_LOG_WRITE_H
#define TG_LOG_WRITE_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "log_ring.h"
#include "map_word.h"
#include "packet.h"

/* The compiler replaces the number of entries: see BLOCKS. */
#define LOG_ENTRIES 19

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LOG_ENTRIES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct tg_log_slot);
} tgp_log SEC(".maps");

static __always_inline struct tg_log_slot *tg_log_slot(__u32 entry)
{
	return bpf_map_lookup_elem(&tgp_log, &entry);
}

/* Takes the entry of the next event: its number, or 0 if it is in use. */
static __always_inline __u32 tg_log_take(void)
{
	struct tg_log_slot *first = tg_log_slot(0), *slot;
	__u64 number, seen, busy;
	__u32 entry;

	if (!first)
		return 0;
	number = __sync_fetch_and_add(&first->state, 1);
	entry = 1 + number % TG_LOG_SLOTS;
	busy = TG_LOG_BUSY(number);
	slot = tg_log_slot(entry);
	if (!slot)
		return 0;
	seen = TG_READ(slot->state);
	if (TG_LOG_IS_BUSY(seen) || seen > busy ||
	    __sync_val_compare_and_swap(&slot->state, seen, busy) != seen)
		return 0;
	return entry;
}

/* Readers may read it from now on. */
static __always_inline void tg_log_finish(struct tg_log_slot *slot)
{
	__u64 busy = TG_READ(slot->state);

	__sync_val_compare_and_swap(&slot->state, busy, busy + 1);
}

/* What has become of a packet that was to be rejected. */
__noinline int tg_log_settle(__u32 entry, __u32 verdict, __u32 reason)
{
	struct tg_log_slot *slot = tg_log_slot(entry);

	if (!slot)
		return 0;
	slot->event.verdict = verdict;
	slot->event.reason = reason;
	tg_log_finish(slot);
	return 0;
}

/* Of a rejected packet, if its event waits for it. */
static __always_inline void tg_settle_log(struct tg_packet *pkt, __u32 verdict,
					  __u32 reason)
{
	if (pkt->log)
		tg_log_settle(pkt->log, verdict, reason);
}

#endif
