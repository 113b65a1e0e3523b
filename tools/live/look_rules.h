/* SPDX-License-Identifier: GPL-2.0-only */
/* What a look includes about policies, counters and memory. */
#ifndef TG_LOOK_RULES_H
#define TG_LOOK_RULES_H

#include "look.h"

/*
 * Which plugin of the chain is its policy, and is it one of this version? With
 * what it says, where that is wanted. -ENOENT where it went meanwhile.
 */
int look_policy(struct look_hook *hook, bool rules);

/* The packets that the hooks let go and dropped, and the memory that is held.
 */
int look_sums(struct look *look);

#endif
