// SPDX-License-Identifier: GPL-2.0-only
/*
 * Determines which families and protocols a case requires, using the language's
 * table of fields, and brings conditions into the parser's form.
 */
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#include "import.h"

static bool has_protocol(const struct demand *demand, uint8_t protocol)
{
	return demand->protocols[protocol / 64] >> protocol % 64 & 1;
}

/*
 * A condition on a type requires the family that the ICMP protocol belongs to.
 */
static void demand_icmp_family(struct demand *demand,
			       const struct import_case *one)
{
	for (size_t i = 0; i < one->count; i++) {
		if (one->conditions[i].field != POLICY_ICMP_TYPE &&
		    one->conditions[i].field != POLICY_ICMP_CODE)
			continue;
		if (!has_protocol(demand, IPPROTO_ICMP))
			demand->families &= IS_IP6;
		if (!has_protocol(demand, IPPROTO_ICMPV6))
			demand->families &= IS_IP4;
	}
}

static unsigned int families_seen(const struct import *import)
{
	unsigned int families = 0;

	for (int i = 0; i < 2; i++) {
		uint64_t ethertype = import->ethertypes[i];

		families |= ethertype == ETH_P_IP     ? IS_IP4
			    : ethertype == ETH_P_IPV6 ? IS_IP6
			    : ethertype == ETH_P_ARP  ? IS_ARP
						      : 0;
	}
	return families ? families : IS_ANY;
}

/*
 * Computes what the chain and the conditions, except those on this field,
 * require. Returns false if no packet fulfils it.
 */
static bool case_demand(const struct import *import,
			const struct import_case *one,
			enum policy_field without, struct demand *demand)
{
	bool is_possible = true;

	*demand = demand_any;
	demand->families = families_seen(import);
	for (size_t i = 0; i < one->count; i++) {
		struct demand more = demand_of(&one->conditions[i]);

		if (one->conditions[i].field != without)
			is_possible &= demand_join(demand, &more);
	}
	demand_icmp_family(demand, one);
	return is_possible && demand->families;
}

static void drop_field(struct import_case *one, enum policy_field field)
{
	size_t count = 0;

	for (size_t i = 0; i < one->count; i++) {
		if (one->conditions[i].field != field)
			one->conditions[count++] = one->conditions[i];
	}
	one->count = count;
}

bool import_case_settle(struct import *import, struct import_case *one)
{
	struct demand all, others;

	if (!case_demand(import, one, POLICY_FIELDS, &all))
		return false;
	case_demand(import, one, POLICY_ETHERTYPE, &others);
	if (others.families == all.families && !(all.families & IS_OTHER))
		drop_field(one, POLICY_ETHERTYPE);
	return true;
}

bool import_case_is_ip(const struct import *import,
		       const struct import_case *one)
{
	struct demand demand;

	case_demand(import, one, POLICY_FIELDS, &demand);
	return demand.families & IS_IP;
}

bool import_rule_has_protocol(const struct import *import,
			      const struct import_rule *rule, uint8_t protocol)
{
	for (size_t i = 0; i < rule->case_count; i++) {
		struct demand all, only;

		demand_only(&only, protocol, protocol, protocol);
		case_demand(import, &rule->cases[i], POLICY_FIELDS, &all);
		for (int j = 0; j < 4; j++) {
			if (all.protocols[j] & ~only.protocols[j])
				return false;
		}
	}
	return true;
}

bool import_case_allows_only(const struct import_case *one,
			     const struct demand *protocols)
{
	for (size_t i = 0; i < one->count; i++) {
		struct demand allowed = demand_of(&one->conditions[i]);
		uint64_t more = 0;

		if (one->conditions[i].field != POLICY_PROTOCOL)
			continue;
		for (int j = 0; j < 4; j++)
			more |= allowed.protocols[j] & ~protocols->protocols[j];
		if (!more)
			return true;
	}
	return false;
}

/* --- the parser's form */

static struct policy_condition *find_condition(struct import_case *one,
					       enum policy_field field)
{
	for (size_t i = 0; i < one->count; i++) {
		if (one->conditions[i].field == field)
			return &one->conditions[i];
	}
	return NULL;
}

static void add_value(struct import *import, struct import_case *one,
		      enum policy_field field, uint64_t first, uint64_t last)
{
	one->conditions[one->count++] =
		import_values(import, field, false, first, last);
}

/* Tags are written as: none, any, an inner tag, no inner tag. */
static void finish_tags(struct import *import, struct import_case *one)
{
	struct policy_condition *tags = find_condition(one, POLICY_VLANS);
	uint64_t first, last;

	if (!tags)
		return;
	first = tags->ranges[0].first.lo;
	last = tags->ranges[0].last.lo;
	drop_field(one, POLICY_VLANS);
	if (!last)
		add_value(import, one, POLICY_VLANS, 0, 0);
	else if (first)
		add_value(import, one, POLICY_VLANS, first, 2);
	if (last == 1)
		add_value(import, one, POLICY_VLANS, 0, 1);
}

/* 'icmp' and 'icmp6' each stand for a family and a protocol. */
static void finish_icmp(struct import *import, struct import_case *one)
{
	bool is_icmp6;
	struct demand demand;

	if (!find_condition(one, POLICY_ICMP_TYPE) &&
	    !find_condition(one, POLICY_ICMP_CODE))
		return;
	case_demand(import, one, POLICY_FIELDS, &demand);
	is_icmp6 = !has_protocol(&demand, IPPROTO_ICMP) ||
		   !(demand.families & IS_IP4);
	drop_field(one, POLICY_ETHERTYPE);
	drop_field(one, POLICY_PROTOCOL);
	add_value(import, one, POLICY_ETHERTYPE,
		  is_icmp6 ? ETH_P_IPV6 : ETH_P_IP,
		  is_icmp6 ? ETH_P_IPV6 : ETH_P_IP);
	add_value(import, one, POLICY_PROTOCOL,
		  is_icmp6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
		  is_icmp6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

/* Insertion sort: there are few, mostly sorted already. */
static void sort_by_field(struct import_case *one)
{
	for (size_t i = 1; i < one->count; i++) {
		struct policy_condition condition = one->conditions[i];
		size_t at = i;

		for (; at && one->conditions[at - 1].field > condition.field;
		     at--)
			one->conditions[at] = one->conditions[at - 1];
		one->conditions[at] = condition;
	}
}

void import_case_finish(struct import *import, struct import_case *one)
{
	struct policy_condition *conditions = arena_alloc(
		&import->arena, (one->count + 3) * sizeof(*conditions));

	if (one->count)
		memcpy(conditions, one->conditions,
		       one->count * sizeof(*conditions));
	one->conditions = conditions;
	finish_tags(import, one);
	finish_icmp(import, one);
	for (size_t i = 0; i < one->count; i++) {
		if (conditions[i].field == POLICY_MARK &&
		    conditions[i].mask == UINT32_MAX)
			conditions[i].mask = UINT64_MAX;
	}
	sort_by_field(one);
}
