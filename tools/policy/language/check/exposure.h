/* SPDX-License-Identifier: GPL-2.0-only */
/* Warnings about valid policies that lock a host out or leave it open. */
#ifndef TG_POLICY_EXPOSURE_H
#define TG_POLICY_EXPOSURE_H

#include "policy/language/text/diagnostic.h"

/*
 * Warn about a policy that
 * - ends in a pass and has no default,
 * - has no rules, and keeps no flows,
 * - passes every packet in its first rule,
 * - passes IP, but drops ARP or neighbour discovery,
 * - has rules on addresses or ports, and is for a receiving and a sending hook.
 *
 * `hooks` has the bits of the hooks that the user named, or is 0. The line
 * "# check: quiet" in the policy turns these warnings off.
 */
void check_exposure(const struct policy *policy, unsigned int hooks,
		    struct diagnostics *diagnostics);

#endif
