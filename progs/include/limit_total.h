/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ask a limit that counts all packets together, if it has its way already: its
 * name is known without a key, so all that it needs is in registers.
 *
 * The includer provides what limit_ask.h needs.
 */
#ifndef TG_LIMIT_TOTAL_H
#define TG_LIMIT_TOTAL_H

#include "limit_ask.h"

/* TG_LIMIT_NO_PLACE: it has no way in its first bucket; tg_limit_ask() asks. */
static __always_inline enum tg_limit_answer
tg_limit_ask_total(tg_limit_table table, __u64 name, struct tg_limit_bill *bill)
{
	struct tg_limit_head *head = (struct tg_limit_head *)tg_limit_line(
		table, TG_LIMIT_HEAD_LINE);
	struct tg_limit_way *way;

	if (!head || head->version != TG_LIMIT_VERSION)
		return TG_LIMIT_YES;
	way = tg_limit_find(table, tg_flow_bucket(TG_LIMIT_TOTALS, name), name);
	if (!way)
		return TG_LIMIT_NO_PLACE;
	bill->now = tg_limit_time(head, bill);
	if (!tg_limit_pay(&way->schedule, bill))
		return TG_LIMIT_NO;
	if (TG_READ(way->name) == name)
		return TG_LIMIT_YES;
	tg_limit_pay_back(&way->schedule, bill);
	return TG_LIMIT_NO_PLACE;
}

#endif
