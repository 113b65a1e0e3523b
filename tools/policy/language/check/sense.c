// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks that a packet can match the rule. A rule whose conditions contradict
 * each other is an error.
 */
#include <string.h>

#include "demand.h"
#include "policy/language/parse/parser.h"

/* True if the ranges contain every value of the field. */
static bool has_all_values(const struct policy_condition *condition)
{
	unsigned int size = field_bits(condition->field);
	struct policy_range all = {
		.last.hi = size == 128 ? UINT64_MAX : 0,
		.last.lo = size >= 64 ? UINT64_MAX : (UINT64_C(1) << size) - 1,
	};

	all.last.lo &= condition->mask;
	return ranges_within(&all, 1, condition->ranges, condition->count);
}

static bool never_holds(const struct policy_condition *condition)
{
	return condition->negated && has_all_values(condition) &&
	       (!condition->either_family ||
		never_holds(condition->either_family));
}

static const struct policy_condition *
half_of(const struct policy_condition *condition, enum policy_field field)
{
	while (condition && condition->field != field)
		condition = condition->either_family;
	return condition;
}

/* True if no value of the field meets both. False may mean "not known". */
static bool are_disjoint(const struct policy_condition *a,
			 const struct policy_condition *b,
			 enum policy_field field)
{
	a = half_of(a, field);
	b = half_of(b, field);
	if (!a || !b)
		return true;
	if (a->set || b->set)
		return a->set == b->set && a->negated != b->negated;
	if (a->negated && b->negated)
		return false;
	if (a->count > POLICY_COMPARED_MAX && b->count > POLICY_COMPARED_MAX)
		return false;
	if (a->negated)
		return a->mask == b->mask &&
		       ranges_within(b->ranges, b->count, a->ranges, a->count);
	if (b->negated)
		return a->mask == b->mask &&
		       ranges_within(a->ranges, a->count, b->ranges, b->count);
	if (field == POLICY_TCP_FLAGS || field == POLICY_MARK)
		return (a->ranges[0].first.lo ^ b->ranges[0].first.lo) &
		       a->mask & b->mask;
	return a->mask == b->mask &&
	       !ranges_meet(a->ranges, a->count, b->ranges, b->count);
}

/*
 * An empty set only demands that the packet has the field. The list may get
 * values later, so the rule is not an error.
 */
static struct demand lasting_demand(const struct policy_condition *condition)
{
	struct policy_condition any_value = *condition;

	if (policy_condition_is_empty(condition))
		any_value.negated = true;
	return demand_of(&any_value);
}

static bool exclude(const struct policy_condition *a,
		    const struct policy_condition *b)
{
	struct demand demand = lasting_demand(a), other = lasting_demand(b);

	if (!demand_join(&demand, &other))
		return true;
	if (policy_condition_is_empty(a) || policy_condition_is_empty(b))
		return false;
	if (!half_of(a, b->field) && !half_of(b, a->field))
		return false;
	return are_disjoint(a, b, a->field) &&
	       (a->field == b->field ? !a->either_family || !b->either_family ||
					       are_disjoint(a, b, a->field + 1)
				     : are_disjoint(a, b, b->field));
}

/* The first word of a clause, for a message. */
static const char *clause_at(struct parser *parser, struct policy_place place,
			     int *length)
{
	struct source *source = &parser->policy->sources->list[place.file];
	size_t size, at = place.column - 1, end;
	const char *line = source_line(source, place.line, &size);

	*length = 0;
	while (line && at < size && strchr("!{ \t", line[at]))
		at++; /* before the words of flows, which have no first word */
	if (!line || at >= size)
		return "";
	for (end = at;
	     end < size && strchr("abcdefghijklmnopqrstuvwxyz-6", line[end]);)
		end++;
	*length = end - at;
	return line + at;
}

static bool is_transport(enum policy_field field)
{
	return demand_of_field(field).fragments == HAS_TRANSPORT;
}

static const char *hint_same(const struct policy_condition *a,
			     const struct policy_condition *b)
{
	if (a->set)
		return "a value is in a set or is not: one of them has to go";
	if (a->negated || b->negated)
		return NULL;
	switch (a->field) {
	case POLICY_PROTOCOL:
		return "to match either of them, write 'proto { ..., ... }'";
	case POLICY_ETHERTYPE:
	case POLICY_VLANS:
	case POLICY_TCP_FLAGS:
	case POLICY_FRAGMENT:
	case POLICY_EXTENSIONS:
	case POLICY_MARK:
		return NULL;
	default:
		return "to match either of them, write one set, '{ ..., ... }'";
	}
}

static const char *hint_for(const struct policy_condition *one,
			    const struct policy_condition *other)
{
	enum policy_field a = one->field, b = other->field;

	if (one->set && set_kinds[one->set->kind].has_ports)
		return "only TCP, UDP and SCTP have ports";
	if (a == POLICY_FRAGMENT && is_transport(b))
		return "later fragments have no ports, flags, types or codes";
	if (field_presence(a) == TG_HAS_PORTS)
		return "only TCP, UDP and SCTP have ports";
	if (field_presence(a) == TG_HAS_TCP)
		return "only TCP has flags";
	if (a == POLICY_FLOW && !(demand_of(other).families & IS_IP))
		return "only IPv4 and IPv6 packets belong to flows";
	if (field_is_address(a))
		return "a packet is either IPv4 or IPv6, and only those have "
		       "addresses here";
	return NULL;
}

static bool fail_excluded(struct parser *parser, size_t later)
{
	const struct rule_state *state = &parser->rule;
	const struct policy_condition *list = state->rule.conditions;
	struct policy_place place = state->places[later];
	const char *here, *there, *hint;
	int here_length, there_length;
	size_t earlier = 0;

	while (earlier < later && !exclude(&list[earlier], &list[later]))
		earlier++;
	here = clause_at(parser, place, &here_length);
	if (earlier == later)
		return fail_at(parser, place,
			       "this can never match: no packet meets '%.*s' "
			       "and the conditions before it",
			       here_length, here);
	there = clause_at(parser, state->places[earlier], &there_length);
	fail_at(parser, place,
		"this can never match: '%.*s' and '%.*s' exclude each other",
		there_length, there, here_length, here);
	if (list[earlier].field == list[later].field)
		hint = hint_same(&list[earlier], &list[later]);
	else
		hint = hint_for(&list[earlier], &list[later]);
	if (!hint && list[earlier].field != list[later].field)
		hint = hint_for(&list[later], &list[earlier]);
	if (hint)
		report_hint(parser->diagnostics, "%s", hint);
	return false;
}

/* A packet of the rule may have the value that is added or deleted. */
static bool check_changed_set(struct parser *parser,
			      const struct policy_change *change,
			      const struct demand *demand)
{
	struct demand both = *demand, more = demand_of_set(change->set);

	if (demand_join(&both, &more))
		return true;
	return fail_at(parser, parser->rule.rule.place,
		       "no packet of this rule has %s for '@%s'",
		       set_kinds[change->set->kind].entry, change->set->name);
}

/* Only a new packet begins a flow. */
static bool check_keep(struct parser *parser, const struct policy_rule *rule,
		       const struct demand *demand)
{
	const struct policy_rule *asking = &parser->rule.rule;
	const struct policy_range new_packet = { { 0, TG_FLOW_FACT_NEW },
						 { 0, TG_FLOW_FACT_NEW } };

	if (!rule->keep)
		return true;
	if (!(demand->families & IS_IP))
		return fail_at(parser, rule->place,
			       "'keep' keeps nothing here: only IPv4 and IPv6 "
			       "packets belong to flows");
	for (size_t i = 0; i < asking->condition_count; i++) {
		const struct policy_condition *one = &asking->conditions[i];

		if (one->field == POLICY_FLOW &&
		    ranges_within(&new_packet, 1, one->ranges, one->count) ==
			    one->negated) {
			fail_at(parser, rule->place,
				"'keep' keeps nothing here: only a 'new' "
				"packet begins a flow");
			report_hint(parser->diagnostics,
				    "leave 'keep' out: the flow of an "
				    "'established' packet is known");
			return false;
		}
	}
	return true;
}

/* What a rule does with packets that meet the demand. */
static bool check_actions(struct parser *parser, const struct policy_rule *rule,
			  const struct demand *demand)
{
	struct demand tcp = demand_of_field(POLICY_TCP_FLAGS);

	if (rule->action == POLICY_REJECT && !(demand->families & IS_IP))
		return fail_at(parser, rule->place,
			       "'reject' can only answer IPv4 and IPv6: use "
			       "'drop'");
	for (int i = 0; i < 4; i++) {
		if (rule->reject == POLICY_REJECT_RESET &&
		    demand->protocols[i] & ~tcp.protocols[i])
			return fail_at(parser, rule->place,
				       "'reject with reset' needs 'tcp' in the "
				       "same rule");
	}
	if (!check_keep(parser, rule, demand))
		return false;
	for (size_t i = 0; i < rule->change_count; i++) {
		if (rule->changes[i].kind == POLICY_SET_DSCP &&
		    !(demand->families & IS_IP))
			return fail_at(
				parser, rule->place,
				"only IPv4 and IPv6 packets have a DSCP");
		if (change_is_of_set(rule->changes[i].kind) &&
		    !check_changed_set(parser, &rule->changes[i], demand))
			return false;
	}
	return true;
}

/* What a packet has that the limit counts by itself. */
static struct demand demand_of_key(enum tg_limit_per per)
{
	struct demand demand = demand_any;

	switch (per) {
	case TG_LIMIT_PER_PORT:
		return demand_of_field(POLICY_DST_PORT);
	case TG_LIMIT_PER_FROM:
	case TG_LIMIT_PER_TO:
	case TG_LIMIT_PER_FLOW:
		demand.families = IS_IP;
		break;
	default:
		break;
	}
	return demand;
}

static bool check_limit(struct parser *parser, const struct demand *demand)
{
	const struct policy_rule *rule = &parser->rule.rule;
	struct demand both = *demand, more;

	if (!rule->limit)
		return true;
	more = demand_of_key(rule->limit->per);
	if (!demand_join(&both, &more)) {
		fail_at(parser, rule->place,
			"no packet of this rule has %s, which its limit is "
			"per",
			rule->limit->per == TG_LIMIT_PER_PORT ? "a port"
							      : "an address");
		report_hint(parser->diagnostics,
			    "without 'per', all packets are counted together");
		return false;
	}
	return check_actions(parser, &rule->limit->over, demand);
}

static bool is_excluded(const struct policy_condition *list, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if ((half_of(&list[i], list[at].field) ||
		     half_of(&list[at], list[i].field)) &&
		    exclude(&list[i], &list[at]))
			return true;
	}
	return false;
}

bool check_sense(struct parser *parser)
{
	const struct rule_state *state = &parser->rule;
	const struct policy_condition *list = state->rule.conditions;
	struct demand demand = demand_any;

	if (parser->alone)
		return true;
	for (size_t i = 0; i < state->rule.condition_count; i++) {
		struct demand more = lasting_demand(&list[i]);

		if (never_holds(&list[i]))
			return fail_at(parser, state->places[i],
				       "this can never match: it excludes all "
				       "values");
		if (!demand_join(&demand, &more) || is_excluded(list, i))
			return fail_excluded(parser, i);
	}
	for (size_t i = 0; i < state->rule.condition_count; i++) {
		if (list[i].field == POLICY_ICMP_TYPE &&
		    !(state->needs_icmp ? state->has_icmp : state->has_icmp6))
			return fail_at(parser, state->places[i],
				       "'type' needs 'icmp' or 'icmp6' in the "
				       "same rule");
	}
	return check_actions(parser, &state->rule, &demand) &&
	       check_limit(parser, &demand);
}
