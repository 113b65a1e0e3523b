/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waits for an RCU grace period: afterwards no CPU runs a program that was
 * replaced before the call. Used by tg-chain.
 */
#ifndef TG_GRACE_H
#define TG_GRACE_H

/* Returns 0 or a negative errno. */
int grace_wait(void);

#endif
