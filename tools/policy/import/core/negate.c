// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a rule does not match: one of its conditions does not hold, or the
 * packet has not the field. In a policy these are two things.
 */
#include <stdlib.h>
#include <string.h>

#include "walk.h"

#define ETHERTYPE_IP 0x0800
#define ETHERTYPE_IP6 0x86dd
#define ETHERTYPE_ARP 0x0806
#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_ICMP6 58
#define PROTOCOL_SCTP 132
#define FRAGMENT_LATER 2
#define SINGLE_MAX 64 /* of one case */
#define CASES_MAX 1024

struct negation {
	struct import *import;
	struct import_case before; /* the conditions that hold */
	struct import_case cases[SINGLE_MAX];
	size_t count;
	bool failed;
};

static void add(struct negation *negation, struct import_condition condition)
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
	struct import_condition condition = {
		.field = field,
		.negated = negated,
		.set = import_values(negation->import, first, last),
	};

	add(negation, condition);
}

static bool sees_only(const struct import *import, uint64_t ethertype)
{
	return import->ethertypes[0] == ethertype && !import->ethertypes[1];
}

/* All values of the protocol that hold are some of these three. */
static bool has_protocols(const struct negation *negation, uint64_t a,
			  uint64_t b, uint64_t c)
{
	for (size_t i = 0; i < negation->before.count; i++) {
		const struct import_condition *it =
			&negation->before.conditions[i];
		bool good = it->field == POLICY_PROTOCOL && !it->negated;

		for (size_t j = 0; good && j < it->set.count; j++) {
			uint64_t value = it->set.ranges[j].first.lo;

			good = value == it->set.ranges[j].last.lo &&
			       (value == a || value == b || value == c);
		}
		if (good)
			return true;
	}
	return false;
}

static void add_not_family(struct negation *negation, uint64_t ethertype)
{
	if (!sees_only(negation->import, ethertype))
		add_values(negation, POLICY_ETHERTYPE, true, ethertype,
			   ethertype);
}

static void add_not_ip(struct negation *negation)
{
	struct import_condition condition = {
		.field = POLICY_ETHERTYPE,
		.negated = true,
	};
	size_t room = 0;

	if (negation->import->ethertypes[0]) {
		negation->failed |= sees_only(negation->import, ETHERTYPE_ARP);
		return;
	}
	import_set_add(negation->import, &condition.set, &room,
		       (struct policy_value){ .lo = ETHERTYPE_IP },
		       (struct policy_value){ .lo = ETHERTYPE_IP });
	import_set_add(negation->import, &condition.set, &room,
		       (struct policy_value){ .lo = ETHERTYPE_IP6 },
		       (struct policy_value){ .lo = ETHERTYPE_IP6 });
	add(negation, condition);
}

static void add_no_header(struct negation *negation)
{
	add_values(negation, POLICY_FRAGMENT, false, FRAGMENT_LATER,
		   FRAGMENT_LATER);
}

/* The packets that have not this field, of those that came so far. */
static void add_absence(struct negation *negation, enum policy_field field)
{
	switch (field) {
	case POLICY_ETHERTYPE:
	case POLICY_SOURCE_MAC:
	case POLICY_TARGET_MAC:
	case POLICY_VLANS:
	case POLICY_MARK:
		break;
	case POLICY_VLAN:
	case POLICY_VLAN_PRIORITY:
		add_values(negation, POLICY_VLANS, false, 0, 0);
		break;
	case POLICY_ARP_OPERATION:
		add_not_family(negation, ETHERTYPE_ARP);
		break;
	case POLICY_SOURCE4:
	case POLICY_TARGET4:
		add_not_family(negation, ETHERTYPE_IP);
		break;
	case POLICY_SOURCE6:
	case POLICY_TARGET6:
	case POLICY_EXTENSIONS:
		add_not_family(negation, ETHERTYPE_IP6);
		break;
	case POLICY_PROTOCOL:
	case POLICY_FRAGMENT:
	case POLICY_TTL:
	case POLICY_DSCP:
	case POLICY_LENGTH:
		add_not_ip(negation);
		break;
	case POLICY_SOURCE_PORT:
	case POLICY_TARGET_PORT:
		negation->failed |= !has_protocols(negation, PROTOCOL_TCP,
						   PROTOCOL_UDP, PROTOCOL_SCTP);
		add_no_header(negation);
		break;
	case POLICY_TCP_FLAGS:
		negation->failed |= !has_protocols(negation, PROTOCOL_TCP,
						   PROTOCOL_TCP, PROTOCOL_TCP);
		add_no_header(negation);
		break;
	case POLICY_ICMP_TYPE:
	case POLICY_ICMP_CODE:
		add_no_header(negation);
		if (has_protocols(negation, PROTOCOL_ICMP, PROTOCOL_ICMP,
				  PROTOCOL_ICMP))
			add_not_family(negation, ETHERTYPE_IP);
		else if (has_protocols(negation, PROTOCOL_ICMP6, PROTOCOL_ICMP6,
				       PROTOCOL_ICMP6))
			add_not_family(negation, ETHERTYPE_IP6);
		else
			negation->failed = true;
		break;
	default:
		negation->failed = true;
	}
}

/* Words for these two are no sets: each value by itself. */
static void add_each_value(struct negation *negation,
			   const struct import_condition *condition)
{
	uint64_t values = condition->field == POLICY_VLANS ? 4 : 3;

	for (uint64_t value = 0; value < values; value++) {
		const struct import_set one =
			import_values(negation->import, value, value);
		bool in = import_intersection(negation->import, &condition->set,
					      &one)
				  .count;

		/* more than two tags do not count */
		if (in == condition->negated && value < 3)
			add_values(negation, condition->field, false, value,
				   value == 2 && values == 4 ? 3 : value);
	}
}

static int compare_fields(const void *a, const void *b)
{
	const struct import_condition *left = a, *right = b;

	return (int)left->field - (int)right->field;
}

static void negate_case(struct negation *negation, const struct import_case *it)
{
	size_t size = it->count * sizeof(*it->conditions);
	struct import_condition *sorted =
		arena_alloc(&negation->import->arena, size);

	if (size)
		memcpy(sorted, it->conditions, size);
	qsort(sorted, it->count, sizeof(*sorted), compare_fields);
	for (size_t i = 0; i < it->count && !negation->failed; i++) {
		struct import_condition condition = sorted[i];

		add_absence(negation, condition.field);
		if (condition.field == POLICY_FRAGMENT ||
		    condition.field == POLICY_VLANS) {
			add_each_value(negation, &condition);
		} else {
			condition.negated = !condition.negated;
			add(negation, condition);
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
