// SPDX-License-Identifier: GPL-2.0-only
/*
 * Computes when a rule does not match: a condition does not hold, or the packet
 * does not have the field. A policy needs separate cases for these.
 */
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "headers.h"
#include "policy/language/field.h"
#include "walk.h"

#define SINGLE_MAX 64 /* values in one case */
#define CASES_MAX 1024

struct negation {
	struct import *import;
	struct import_case before; /* the conditions that hold */
	struct import_case cases[SINGLE_MAX];
	size_t count;
	bool failed;
};

static void add_case(struct negation *negation,
		     struct policy_condition condition)
{
	struct import_rule rule;

	if (negation->count == SINGLE_MAX) {
		negation->failed = true;
		return;
	}
	import_rule_init(negation->import, &rule);
	import_and_any(negation->import, &rule, &negation->before, 1);
	import_and(negation->import, &rule, condition);
	negation->cases[negation->count++] = rule.cases[0];
}

static void add_values(struct negation *negation, enum policy_field field,
		       bool negated, uint64_t first, uint64_t last)
{
	add_case(negation,
		 import_values(negation->import, field, negated, first, last));
}

static bool sees_only(const struct import *import, uint64_t ethertype)
{
	return import->ethertypes[0] == ethertype && !import->ethertypes[1];
}

static void add_not_family(struct negation *negation, uint64_t ethertype)
{
	if (!sees_only(negation->import, ethertype))
		add_values(negation, POLICY_ETHERTYPE, true, ethertype,
			   ethertype);
}

static void add_not_ip(struct negation *negation)
{
	struct ranges ip = import_set_of(negation->import, ETH_P_IP, ETH_P_IP);

	if (negation->import->ethertypes[0]) {
		negation->failed |= sees_only(negation->import, ETH_P_ARP);
		return;
	}
	ranges_add(&ip, (struct policy_range){ { .lo = ETH_P_IPV6 },
					       { .lo = ETH_P_IPV6 } });
	add_case(negation, import_condition(POLICY_ETHERTYPE, true, &ip));
}

static void add_later_fragments(struct negation *negation)
{
	add_values(negation, POLICY_FRAGMENT, false, TG_FRAG_LATER,
		   TG_FRAG_LATER);
}

/* Adds packets without the header: later fragments, or another ICMP family. */
static void add_no_transport(struct negation *negation, enum policy_field field,
			     const struct demand *demand)
{
	struct demand icmp, icmp6;

	add_later_fragments(negation);
	negation->failed |= !import_case_allows_only(&negation->before, demand);
	if (field != POLICY_ICMP_TYPE && field != POLICY_ICMP_CODE)
		return;
	demand_only(&icmp, IPPROTO_ICMP, IPPROTO_ICMP, IPPROTO_ICMP);
	demand_only(&icmp6, IPPROTO_ICMPV6, IPPROTO_ICMPV6, IPPROTO_ICMPV6);
	if (import_case_allows_only(&negation->before, &icmp))
		add_not_family(negation, ETH_P_IP);
	else if (import_case_allows_only(&negation->before, &icmp6))
		add_not_family(negation, ETH_P_IPV6);
	else
		negation->failed = true;
}

/* Adds packets that have no address with a port. */
static void add_no_pair(struct negation *negation)
{
	struct ranges ports = import_set(negation->import);
	static const uint64_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP,
					      IPPROTO_SCTP };

	for (size_t i = 0; i < 3; i++)
		ranges_add(&ports,
			   (struct policy_range){ { .lo = protocols[i] },
						  { .lo = protocols[i] } });
	ranges_sort(&ports);
	add_not_ip(negation);
	add_case(negation, import_condition(POLICY_PROTOCOL, true, &ports));
	add_later_fragments(negation);
}

/* Adds the packets, of those left, that do not have the field. */
static void add_absence(struct negation *negation,
			const struct policy_condition *condition)
{
	enum policy_field field = condition->field;
	/* options are of one family, extension headers of the other */
	struct demand demand = field == POLICY_EXTENSIONS
				       ? demand_of(condition)
				       : demand_of_field(field);

	if (condition->set && condition->set->kind == TG_SET_ADDRESS_PORTS)
		add_no_pair(negation);
	else if (demand.fragments == HAS_TRANSPORT)
		add_no_transport(negation, field, &demand);
	else if (demand.families == IS_IP)
		add_not_ip(negation);
	else if (demand.families == IS_IP4)
		add_not_family(negation, ETH_P_IP);
	else if (demand.families == IS_IP6)
		add_not_family(negation, ETH_P_IPV6);
	else if (demand.families == IS_ARP)
		add_not_family(negation, ETH_P_ARP);
	else if (demand.vlans == (ANY_VLANS & ~1))
		add_values(negation, POLICY_VLANS, false, 0, 0);
	else if (demand.vlans != ANY_VLANS)
		negation->failed = true;
}

/* For fields without sets in the language: a case for each value. */
static void add_each_value(struct negation *negation,
			   const struct policy_condition *condition)
{
	/* more than two tags are not distinguished */
	for (uint64_t value = 0; value < 3; value++) {
		const struct policy_range one = { { .lo = value },
						  { .lo = value } };

		if (ranges_meet(&one, 1, condition->ranges, condition->count) ==
		    condition->negated)
			add_values(negation, condition->field, false, value,
				   value);
	}
}

static int compare_fields(const void *a, const void *b)
{
	const struct policy_condition *left = a, *right = b;

	return (int)left->field - (int)right->field;
}

static void negate_case(struct negation *negation, const struct import_case *it)
{
	size_t size = it->count * sizeof(*it->conditions);
	struct policy_condition *sorted =
		arena_alloc(&negation->import->arena, size);

	if (size)
		memcpy(sorted, it->conditions, size);
	qsort(sorted, it->count, sizeof(*sorted), compare_fields);
	for (size_t i = 0; i < it->count && !negation->failed; i++) {
		struct policy_condition condition = sorted[i];

		add_absence(negation, &condition);
		if (condition.field == POLICY_FRAGMENT ||
		    condition.field == POLICY_VLANS) {
			add_each_value(negation, &condition);
		} else {
			condition.negated = !condition.negated;
			add_case(negation, condition);
		}
		negation->before.conditions = sorted;
		negation->before.count = i + 1;
	}
}

bool walk_negate(struct import *import, const struct import_rule *rule,
		 struct import_rule *result)
{
	import_rule_init(import, result);
	if (rule->unless_count || rule->case_count > CASES_MAX)
		return false;
	for (size_t i = 0; i < rule->case_count; i++) {
		struct negation negation = { .import = import };

		negate_case(&negation, &rule->cases[i]);
		if (negation.failed ||
		    result->case_count * negation.count > CASES_MAX)
			return false;
		import_and_any(import, result, negation.cases, negation.count);
	}
	return true;
}
