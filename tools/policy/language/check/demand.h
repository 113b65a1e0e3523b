/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a condition requires of a packet besides the value of its field. Ports,
 * for example, require TCP, UDP or SCTP, and that the packet is not a later
 * fragment.
 */
#ifndef TG_POLICY_DEMAND_H
#define TG_POLICY_DEMAND_H

#include "policy/language/policy.h"

enum { IS_IP4 = 1, IS_IP6 = 2, IS_ARP = 4, IS_OTHER = 8 };
#define IS_IP (IS_IP4 | IS_IP6)
#define IS_ANY (IS_IP | IS_ARP | IS_OTHER)

#define ANY_VLANS 7	/* one bit per number of tags */
#define ANY_FRAGMENT 7	/* one bit per value of enum tg_fragment */
#define HAS_TRANSPORT 3 /* not a later fragment */

struct demand {
	unsigned int families, vlans, fragments;
	uint64_t protocols[4]; /* bits */
};

extern const struct demand demand_any; /* every packet meets this */

/* For any value of a field, and for the values of a condition. */
struct demand demand_of_field(enum policy_field field);
struct demand demand_of(const struct policy_condition *condition);
/* Of a packet that has a value which the set could hold. */
struct demand demand_of_set(const struct policy_set *set);
void demand_only(struct demand *demand, int a, int b, int c);

/* Require both; false if no packet can meet both. */
bool demand_join(struct demand *demand, const struct demand *more);

#endif
