// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a packet can be as all conditions of a case want it: each wants more
 * of it than its own value. Ports want TCP, UDP or SCTP, and no later fragment.
 */
#include <string.h>

#include "import.h"

#define ETHERTYPE_IP 0x0800
#define ETHERTYPE_IP6 0x86dd
#define ETHERTYPE_ARP 0x0806
#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_ICMP6 58
#define PROTOCOL_SCTP 132

enum { IP4 = 1, IP6 = 2, ARP = 4, OTHER = 8 };
#define IP (IP4 | IP6)
#define ANY_FAMILY (IP | ARP | OTHER)
#define HAS_HEADER 3 /* a bit for each kind of fragment: none, first */
#define ANY 7

struct want {
	unsigned int families, vlans, fragments;
	bool protocols[256];
};

static bool holds(const struct import_condition *condition, uint64_t value)
{
	for (size_t i = 0; i < condition->set.count; i++) {
		if (condition->set.ranges[i].first.lo <= value &&
		    value <= condition->set.ranges[i].last.lo)
			return !condition->negated;
	}
	return condition->negated;
}

static void only(struct want *want, int a, int b, int c)
{
	for (int i = 0; i < 256; i++)
		want->protocols[i] &= i == a || i == b || i == c;
	want->fragments &= HAS_HEADER;
	want->families &= IP;
}

/* Of the EtherTypes that are none of the three, some are left. */
static bool holds_other(const struct import_condition *condition)
{
	uint64_t values = 0;

	for (size_t i = 0; i < condition->set.count; i++)
		values += condition->set.ranges[i].last.lo -
			  condition->set.ranges[i].first.lo + 1;
	for (int i = 0; i < 3; i++)
		values -= holds(condition, i == 0   ? ETHERTYPE_IP
					   : i == 1 ? ETHERTYPE_IP6
						    : ETHERTYPE_ARP);
	return condition->negated || values;
}

static unsigned int three(const struct import_condition *condition)
{
	return holds(condition, 0) | holds(condition, 1) << 1 |
	       holds(condition, 2) << 2;
}

static void add(struct want *want, const struct import_condition *condition)
{
	switch (condition->field) {
	case POLICY_ETHERTYPE:
		want->families &= (holds(condition, ETHERTYPE_IP) ? IP4 : 0) |
				  (holds(condition, ETHERTYPE_IP6) ? IP6 : 0) |
				  (holds(condition, ETHERTYPE_ARP) ? ARP : 0) |
				  (holds_other(condition) ? OTHER : 0);
		break;
	case POLICY_VLANS:
		want->vlans &= three(condition);
		break;
	case POLICY_VLAN:
	case POLICY_VLAN_PRIORITY:
		want->vlans &= ANY - 1;
		break;
	case POLICY_ARP_OPERATION:
		want->families &= ARP;
		break;
	case POLICY_SOURCE4:
	case POLICY_TARGET4:
		want->families &= IP4;
		break;
	case POLICY_SOURCE6:
	case POLICY_TARGET6:
	case POLICY_EXTENSIONS:
		want->families &= IP6;
		break;
	case POLICY_PROTOCOL:
		for (int i = 0; i < 256; i++)
			want->protocols[i] &= holds(condition, i);
		want->families &= IP;
		break;
	case POLICY_SOURCE_PORT:
	case POLICY_TARGET_PORT:
		only(want, PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_SCTP);
		break;
	case POLICY_TCP_FLAGS:
		only(want, PROTOCOL_TCP, PROTOCOL_TCP, PROTOCOL_TCP);
		break;
	case POLICY_ICMP_TYPE:
	case POLICY_ICMP_CODE:
		only(want, PROTOCOL_ICMP, PROTOCOL_ICMP6, PROTOCOL_ICMP6);
		break;
	case POLICY_FRAGMENT:
		want->fragments &= three(condition);
		want->families &= IP;
		break;
	case POLICY_TTL:
	case POLICY_DSCP:
	case POLICY_LENGTH:
		want->families &= IP;
		break;
	default:
		break;
	}
}

/* ICMP is of one family, ICMPv6 of the other, where a type is asked for. */
static void settle_icmp(struct want *want, const struct import_case *one)
{
	for (size_t i = 0; i < one->count; i++) {
		if (one->conditions[i].field != POLICY_ICMP_TYPE &&
		    one->conditions[i].field != POLICY_ICMP_CODE)
			continue;
		if (!want->protocols[PROTOCOL_ICMP])
			want->families &= IP6;
		if (!want->protocols[PROTOCOL_ICMP6])
			want->families &= IP4;
	}
}

static bool has_protocol(const struct want *want)
{
	return memchr(want->protocols, true, sizeof(want->protocols));
}

static unsigned int family_of(uint64_t ethertype)
{
	return ethertype == ETHERTYPE_IP    ? IP4
	       : ethertype == ETHERTYPE_IP6 ? IP6
					    : ARP;
}

/* What the chain sees, and what the conditions want, but for this field. */
static struct want want_of(const struct import *import,
			   const struct import_case *one,
			   enum policy_field without)
{
	struct want want = { ANY_FAMILY, ANY, ANY, { false } };

	memset(want.protocols, true, sizeof(want.protocols));
	if (import->ethertypes[0])
		want.families = family_of(import->ethertypes[0]);
	if (import->ethertypes[1])
		want.families |= family_of(import->ethertypes[1]);
	for (size_t i = 0; i < one->count; i++) {
		if (one->conditions[i].field != without)
			add(&want, &one->conditions[i]);
	}
	settle_icmp(&want, one);
	return want;
}

bool import_case_settle(struct import *import, struct import_case *one)
{
	struct want want = want_of(import, one, POLICY_FIELDS);
	unsigned int families;
	size_t count = 0;

	if (!want.families || !want.vlans || !want.fragments ||
	    !has_protocol(&want))
		return false;
	/* a family that goes without saying */
	families = want_of(import, one, POLICY_ETHERTYPE).families;
	if (families != want.families || families == ANY_FAMILY ||
	    families & OTHER)
		return true;
	for (size_t i = 0; i < one->count; i++) {
		if (one->conditions[i].field != POLICY_ETHERTYPE)
			one->conditions[count++] = one->conditions[i];
	}
	one->count = count;
	return true;
}

bool import_case_is_ip(const struct import *import,
		       const struct import_case *one)
{
	return want_of(import, one, POLICY_FIELDS).families & IP;
}

/* Each case is one of this protocol. */
bool import_rule_has_protocol(const struct import *import,
			      const struct import_rule *rule, uint8_t protocol)
{
	for (size_t i = 0; i < rule->case_count; i++) {
		struct want want =
			want_of(import, &rule->cases[i], POLICY_FIELDS);

		want.protocols[protocol] = false;
		if (has_protocol(&want))
			return false;
	}
	return true;
}
