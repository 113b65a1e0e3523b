/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies that are valid, and lock a host out or leave it open. */
#ifndef TG_POLICY_EXPOSURE_H
#define TG_POLICY_EXPOSURE_H

#include "policy/language/text/diagnostic.h"

/*
 * Warns of a policy that ends in a pass and has no default, of one without
 * rules, of one that passes everything first, of one that drops ARP or
 * neighbour discovery although it passes IP, and of rules on addresses or ports
 * that are for a receiving and a sending hook. hooks holds the bits of the
 * hooks that were named, or 0.
 *
 * A line "# check: quiet" in the policy, and nothing else on it, turns these
 * warnings off.
 */
void check_exposure(const struct policy *policy, unsigned int hooks,
		    struct diagnostics *diagnostics);

#endif
