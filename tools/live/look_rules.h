/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads policies, counters and memory use of a device's chains. Used by look.c.
 */
#ifndef TG_LOOK_RULES_H
#define TG_LOOK_RULES_H

#include "look.h"

/*
 * Finds the policy of the chain and checks its version. If rules is set, also
 * reads its number of rules, default and file. Returns -ENOENT if it was
 * unloaded meanwhile.
 */
int look_policy(struct look_hook *hook, bool rules);

/*
 * Sums up passed and dropped packets per hook. If keep is set, also keeps what
 * each plugin has counted.
 */
int look_counters(struct look *look, bool keep);

/* The same, and the kernel memory, sets, flows and limits in use. */
int look_sums(struct look *look, bool counters);

#endif
