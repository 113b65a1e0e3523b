// SPDX-License-Identifier: GPL-2.0-only
#include "demand.h"

#include <linux/if_ether.h>
#include <string.h>

#include "headers.h"
#include "policy/language/field.h"
#include "policy/language/ranges.h"
#include "policy/language/set_kind.h"

static bool demand_holds(const struct policy_condition *condition,
			 uint64_t value)
{
	struct policy_range one = { { 0, value }, { 0, value } };

	return ranges_within(&one, 1, condition->ranges, condition->count) !=
	       condition->negated;
}

/* True if the condition holds for an EtherType other than IPv4, IPv6 or ARP. */
static bool demand_holds_other(const struct policy_condition *condition)
{
	uint64_t values = 0;

	if (condition->negated)
		return true;
	for (size_t i = 0; i < condition->count; i++)
		values += condition->ranges[i].last.lo -
			  condition->ranges[i].first.lo + 1;
	return values > (uint64_t)demand_holds(condition, ETH_P_IP) +
				demand_holds(condition, ETH_P_IPV6) +
				demand_holds(condition, ETH_P_ARP);
}

/* One bit for each of the values 0 to 2 that the condition holds for. */
static unsigned int demand_bits(const struct policy_condition *condition)
{
	unsigned int bits = 0;

	for (int i = 0; i < 3; i++)
		bits |= demand_holds(condition, i) << i;
	return bits;
}

static void demand_protocols(struct demand *demand,
			     const struct policy_condition *condition)
{
	uint64_t flip = condition->negated ? UINT64_MAX : 0;

	memset(demand->protocols, 0, sizeof(demand->protocols));
	for (size_t i = 0; i < condition->count; i++) {
		uint64_t last = condition->ranges[i].last.lo;

		for (uint64_t n = condition->ranges[i].first.lo; n <= last; n++)
			demand->protocols[n / 64] |= UINT64_C(1) << n % 64;
	}
	for (int i = 0; i < 4; i++)
		demand->protocols[i] ^= flip;
}

/* Require one of three protocols, and its header. */
void demand_only(struct demand *demand, int a, int b, int c)
{
	memset(demand->protocols, 0, sizeof(demand->protocols));
	demand->protocols[a / 64] |= UINT64_C(1) << a % 64;
	demand->protocols[b / 64] |= UINT64_C(1) << b % 64;
	demand->protocols[c / 64] |= UINT64_C(1) << c % 64;
	demand->fragments = HAS_TRANSPORT;
	demand->families = IS_IP;
}

static unsigned int families_of(enum policy_field field)
{
	unsigned int families = field_families(field);

	return (families & 1 << TG_FAMILY_IP4 ? IS_IP4 : 0) |
	       (families & 1 << TG_FAMILY_IP6 ? IS_IP6 : 0) |
	       (families & 1 << TG_FAMILY_OTHER ? IS_ARP | IS_OTHER : 0);
}

const struct demand demand_any = {
	IS_ANY,
	ANY_VLANS,
	ANY_FRAGMENT,
	{ UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX },
};

struct demand demand_of_field(enum policy_field field)
{
	struct demand demand = demand_any;

	demand.families = families_of(field);
	switch (field_presence(field)) {
	case TG_HAS_ALWAYS:
	case TG_HAS_SKB:
		break;
	case TG_HAS_PORTS:
		demand_only(&demand, 6, 17, 132);
		break;
	case TG_HAS_TCP:
		demand_only(&demand, 6, 6, 6);
		break;
	case TG_HAS_ICMP:
		demand_only(&demand, 1, 58, 58);
		break;
	case TG_HAS_TAG:
		demand.vlans = 1 << 1 | 1 << 2;
		break;
	case TG_HAS_TWO_TAGS:
		demand.vlans = 1 << 2;
		break;
	case TG_HAS_ARP:
		demand.families = IS_ARP;
		break;
	}
	return demand;
}

struct demand demand_of_set(const struct policy_set *set)
{
	struct demand demand =
		demand_of_field(set_field(set->kind, TG_SIDE_FROM));

	if (set_kinds[set->kind].values == KIND_ADDRESS)
		demand.families = IS_IP;
	if (set_kinds[set->kind].has_ports)
		demand_only(&demand, 6, 17, 132);
	return demand;
}

static void demand_ethertype(struct demand *demand,
			     const struct policy_condition *condition)
{
	demand->families = (demand_holds(condition, ETH_P_IP) ? IS_IP4 : 0) |
			   (demand_holds(condition, ETH_P_IPV6) ? IS_IP6 : 0) |
			   (demand_holds(condition, ETH_P_ARP) ? IS_ARP : 0) |
			   (demand_holds_other(condition) ? IS_OTHER : 0);
}

struct demand demand_of(const struct policy_condition *condition)
{
	struct demand demand = demand_of_field(condition->field);

	if (condition->either_family)
		demand.families = IS_IP;
	if (condition->set)
		return demand_of_set(condition->set);
	switch (condition->field) {
	case POLICY_ETHERTYPE:
		demand_ethertype(&demand, condition);
		break;
	case POLICY_VLANS:
		demand.vlans = demand_bits(condition);
		break;
	case POLICY_PROTOCOL:
		demand_protocols(&demand, condition);
		break;
	case POLICY_FRAGMENT:
		demand.fragments = demand_bits(condition);
		break;
	case POLICY_EXTENSIONS:
		demand.families =
			condition->mask & TG_EXT_IPV4_OPTIONS ? IS_IP4 : IS_IP6;
		break;
	default:
		break;
	}
	return demand;
}

bool demand_join(struct demand *demand, const struct demand *more)
{
	uint64_t protocols = 0;

	demand->families &= more->families;
	demand->vlans &= more->vlans;
	demand->fragments &= more->fragments;
	for (int i = 0; i < 4; i++)
		protocols |= demand->protocols[i] &= more->protocols[i];
	return demand->families && demand->vlans && demand->fragments &&
	       protocols;
}
