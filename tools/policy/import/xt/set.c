// SPDX-License-Identifier: GPL-2.0-only
/* -m set and -j SET: sets of ipset, which the file of --ipset describes. */
#include <string.h>

#include "iptables.h"
#include "policy/import/ipset/ipset.h"
#include "policy/language/set_kind.h"

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_SCTP 132
#define FRAGMENT_LATER 2

static void no_equivalent(struct xt_line *line, const char *what)
{
	import_problem(line->import, &line->rule, "no equivalent of %s", what);
}

static void declare_set(struct xt_line *line, struct ipset_set *set)
{
	const struct policy_set like = {
		.name = (char *)set->word,
		.kind = set->kind,
		.size = set->size,
		.timeout = set->timeout,
	};

	set->made = import_set_declare(line->import, &like);
	if (set->made && set->count)
		import_error(line->import, 0, 0,
			     "note: the set '%s' starts empty: 'tg-policy "
			     "import --ipset %s' prints its entries",
			     set->word, line->ipset->path);
}

/* NULL after import_problem(). */
static struct ipset_set *find_set(struct xt_line *line, const char *name)
{
	struct ipset_set *set =
		line->ipset ? ipset_find(line->ipset, name) : NULL;

	if (!line->ipset)
		import_problem(line->import, &line->rule,
			       "--ipset has to say what the set '%s' is", name);
	else if (!set)
		import_problem(line->import, &line->rule, "%s has no set '%s'",
			       line->ipset->path, name);
	else if (set->problem)
		import_problem(line->import, &line->rule, "%s", set->problem);
	return set && !set->problem ? set : NULL;
}

/* Makes it a set of the policy. False after import_problem(). */
static bool use_set(struct xt_line *line, struct ipset_set *set)
{
	if (!set->made)
		declare_set(line, set);
	if (!set->made)
		no_equivalent(line, "more than 32 sets");
	return set->made;
}

/* Sides that ipset asks: "src" or "dst" for each part of an entry. */
enum sides { SIDES_NONE, SIDES_MIXED, SIDES_FROM, SIDES_TO };

static enum sides side_of(const char *text, size_t size)
{
	return size == 3 && !memcmp(text, "src", 3)   ? SIDES_FROM
	       : size == 3 && !memcmp(text, "dst", 3) ? SIDES_TO
						      : SIDES_NONE;
}

/* Further sides than the set has parts are ignored, as ipset does. */
static enum sides read_sides(const struct ipset_set *set, const char *text)
{
	size_t parts = set->kind == TG_SET_ADDRESS_PORTS ? 2 : 1, size;
	enum sides sides = SIDES_NONE;

	for (size_t i = 0; i < parts; i++) {
		const char *next = text ? xt_next_item(text, &size) : NULL;
		enum sides one = text ? side_of(text, size) : SIDES_NONE;

		if (one == SIDES_NONE)
			return SIDES_NONE;
		sides = i && one != sides ? SIDES_MIXED : one;
		text = next;
	}
	return sides;
}

/* SIDES_FROM or SIDES_TO; otherwise after import_problem(). */
static enum sides sides_of(struct xt_line *line, const struct ipset_set *set,
			   const char *text)
{
	enum sides sides = read_sides(set, text);

	if (sides == SIDES_NONE)
		xt_not_understood(line, text);
	else if (sides == SIDES_MIXED)
		import_problem(line->import, &line->rule,
			       "no equivalent of '%s': the address of one end "
			       "and the port of the other",
			       text);
	return sides;
}

static bool is_of_family(const struct xt_line *line,
			 const struct ipset_set *set)
{
	bool has_family = set->kind == TG_SET_ADDRESSES ||
			  set->kind == TG_SET_ADDRESS_PORTS;

	return !has_family || set->ip6 == line->ip6;
}

/* --- matches */

static struct policy_condition condition_of(const struct xt_line *line,
					    const struct ipset_set *set,
					    enum sides sides, bool negated)
{
	enum policy_field field = set_field(
		set->kind, sides == SIDES_FROM ? TG_SIDE_FROM : TG_SIDE_TO);

	if (line->ip6)
		field = field == POLICY_SRC4   ? POLICY_SRC6
			: field == POLICY_DST4 ? POLICY_DST6
					       : field;
	return (struct policy_condition){ .field = field,
					  .negated = negated,
					  .mask = UINT64_MAX,
					  .set = set->made };
}

/* The protocols whose ports ipset reads. */
static struct policy_condition
protocols_of(struct import *import, const struct ipset_set *set, bool negated)
{
	struct ranges protocols =
		import_set_of(import, PROTOCOL_TCP, PROTOCOL_TCP);

	ranges_add(&protocols, (struct policy_range){ { .lo = PROTOCOL_UDP },
						      { .lo = PROTOCOL_UDP } });
	if (set->kind == TG_SET_ADDRESS_PORTS)
		ranges_add(&protocols,
			   (struct policy_range){ { .lo = PROTOCOL_SCTP },
						  { .lo = PROTOCOL_SCTP } });
	ranges_sort(&protocols);
	return import_condition(POLICY_PROTOCOL, negated, &protocols);
}

/* To ipset, a packet without ports is not in the set. */
static void and_not_in_ports(struct xt_line *line, const struct ipset_set *set,
			     enum sides sides)
{
	struct import *import = line->import;
	struct import_case cases[3];
	size_t count = 0;

	cases[count++] =
		import_case_of(import, condition_of(line, set, sides, true));
	cases[count++] =
		import_case_of(import, protocols_of(import, set, true));
	if (!import->receives)
		cases[count++] = import_case_of(
			import, import_values(import, POLICY_FRAGMENT, false,
					      FRAGMENT_LATER, FRAGMENT_LATER));
	import_and_any(import, &line->rule, cases, count);
}

static void and_match(struct xt_line *line, const struct xt_set_match *match)
{
	struct ipset_set *set = find_set(line, match->name);
	struct import *import = line->import;
	struct import_rule *rule = &line->rule;
	enum sides sides = set ? sides_of(line, set, match->sides) : SIDES_NONE;

	if (sides != SIDES_FROM && sides != SIDES_TO)
		return;
	if (!is_of_family(line, set)) {
		rule->case_count = match->negated ? rule->case_count : 0;
		return;
	}
	if (!use_set(line, set))
		return;
	if (!set_kinds[set->kind].has_ports) {
		import_and(import, rule,
			   condition_of(line, set, sides, match->negated));
	} else if (match->negated) {
		and_not_in_ports(line, set, sides);
	} else {
		import_and(import, rule, condition_of(line, set, sides, false));
		if (set->kind == TG_SET_PORTS)
			import_and(import, rule,
				   protocols_of(import, set, false));
	}
}

void xt_read_match_set(struct xt_line *line, const char *const *arguments)
{
	if (line->set_count == XT_SETS_MAX) {
		no_equivalent(line, "that many sets in a rule");
		return;
	}
	line->sets[line->set_count++] = (struct xt_set_match){
		.name = arguments[0],
		.sides = arguments[1],
		.negated = line->negated,
	};
}

/* --- changes */

/* True if all packets that match have a port that ipset reads, too. */
static bool adds_ports(const struct xt_line *line, const struct ipset_set *set)
{
	return line->protocol == PROTOCOL_TCP ||
	       line->protocol == PROTOCOL_UDP ||
	       (line->protocol == PROTOCOL_SCTP &&
		set->kind == TG_SET_ADDRESS_PORTS);
}

/* True if it can be a change of a rule; otherwise after import_problem(). */
static bool check_change(struct xt_line *line, const struct ipset_set *set)
{
	if (set->is_net)
		no_equivalent(line, "changing a set of type 'hash:net'");
	else if (set->is_part)
		no_equivalent(line, "changing a set of a part of all ports");
	else if (!is_of_family(line, set))
		no_equivalent(line, "changing a set of the other family");
	else if (set_kinds[set->kind].has_ports && !adds_ports(line, set))
		no_equivalent(line, "changing a set of ports where the "
				    "protocol is not known");
	else
		return true;
	return false;
}

static void change_set(struct xt_line *line, const char *const *arguments,
		       enum policy_change_kind kind)
{
	struct policy_change change = { .kind = kind,
					.length4 = SET_WHOLE4,
					.length6 = SET_WHOLE6 };
	struct ipset_set *set = find_set(line, arguments[0]);
	enum sides sides = set ? sides_of(line, set, arguments[1]) : SIDES_NONE;

	if ((sides != SIDES_FROM && sides != SIDES_TO) ||
	    !check_change(line, set) || !use_set(line, set))
		return;
	change.set = set->made;
	change.side = sides == SIDES_FROM ? TG_SIDE_FROM : TG_SIDE_TO;
	import_add_change(line->import, &line->rule, &change);
}

void xt_read_add_set(struct xt_line *line, const char *const *arguments)
{
	change_set(line, arguments, POLICY_ADD_TO_SET);
}

void xt_read_del_set(struct xt_line *line, const char *const *arguments)
{
	change_set(line, arguments, POLICY_DEL_FROM_SET);
}

void xt_read_set_timeout(struct xt_line *line, const char *const *arguments)
{
	uint64_t seconds;

	if (!import_number(arguments[0], strlen(arguments[0]), UINT32_MAX,
			   &seconds)) {
		xt_not_understood(line, arguments[0]);
		return;
	}
	line->add_has_time = true;
	line->add_seconds = seconds;
}

/* The time comes after the set; sets without times ignore it. */
static void set_time(struct xt_line *line, struct policy_change *change)
{
	const struct ipset_file *file = line->ipset;
	bool has_timeouts = false;

	for (size_t i = 0; i < file->count; i++) {
		if (file->sets[i].made == change->set)
			has_timeouts = file->sets[i].has_timeouts;
	}
	if (!has_timeouts || change->kind != POLICY_ADD_TO_SET)
		return;
	if (!line->add_seconds && change->set->timeout)
		no_equivalent(line, "adding for good to a set with a timeout");
	change->seconds = line->add_seconds;
}

void xt_finish_sets(struct xt_line *line)
{
	struct import_rule *rule = &line->rule;

	rule->changes_sets = line->target && !strcmp(line->target, "SET");
	for (size_t i = 0; i < line->set_count; i++)
		and_match(line, &line->sets[i]);
	for (size_t i = 0; i < rule->change_count && line->add_has_time; i++)
		set_time(line, &rule->changes[i]);
}

/* --- changes without a verdict */

static bool same_condition(const struct policy_condition *a,
			   const struct policy_condition *b)
{
	return a->field == b->field && a->negated == b->negated &&
	       a->mask == b->mask && a->set == b->set && a->count == b->count &&
	       (!a->count ||
		!memcmp(a->ranges, b->ranges, a->count * sizeof(*a->ranges)));
}

static bool same_cases(const struct import_rule *a, const struct import_rule *b)
{
	if (a->case_count != b->case_count)
		return false;
	for (size_t i = 0; i < a->case_count; i++) {
		const struct import_case *left = &a->cases[i];
		const struct import_case *right = &b->cases[i];

		if (left->count != right->count)
			return false;
		for (size_t j = 0; j < left->count; j++) {
			if (!same_condition(&left->conditions[j],
					    &right->conditions[j]))
				return false;
		}
	}
	return true;
}

/* A condition that the change makes false, or may. */
static bool depends_on(const struct import_rule *rule,
		       const struct policy_change *change)
{
	bool is_del = change->kind == POLICY_DEL_FROM_SET;

	for (size_t i = 0; i < rule->case_count; i++) {
		for (size_t j = 0; j < rule->cases[i].count; j++) {
			const struct policy_condition *condition =
				&rule->cases[i].conditions[j];

			if (condition->set == change->set &&
			    condition->negated != is_del)
				return true;
		}
	}
	return false;
}

static bool only_changes(const struct import_rule *rule)
{
	return rule->change_count && rule->action == IMPORT_NONE &&
	       !rule->problem && !rule->elsewhere;
}

/* The next rule decides about the same packets, or about all. */
static bool decides_next(const struct import_rule *rule,
			 const struct import_rule *next)
{
	bool takes_all = next->case_count == 1 && !next->cases[0].count;

	if (next->problem || next->elsewhere)
		return false;
	if (same_cases(rule, next))
		return rule->wider == next->wider &&
		       rule->narrower == next->narrower &&
		       (import_has_verdict(next) || only_changes(next));
	return takes_all && !next->wider && !next->narrower &&
	       import_has_verdict(next);
}

/* Moves the changes, or the verdict. Returns true if the rule is void then. */
static bool join_rules(struct import *import, struct import_rule *rule,
		       struct import_rule *next)
{
	struct policy_change *changes = next->changes;
	size_t count = next->change_count;

	for (size_t i = 0; i < rule->change_count; i++) {
		if (depends_on(next, &rule->changes[i]))
			return false;
	}
	if (!same_cases(rule, next)) {
		rule->action = next->action;
		rule->reject = next->reject;
		return false;
	}
	next->changes = NULL;
	next->change_count = 0;
	for (size_t i = 0; i < rule->change_count; i++)
		import_add_change(import, next, &rule->changes[i]);
	for (size_t i = 0; i < count; i++)
		import_add_change(import, next, &changes[i]);
	return true;
}

static void join_chain(struct import *import, size_t index)
{
	struct import_chain *chain = &import->chains[index];
	size_t count = 0;

	for (size_t i = 0; i < chain->count; i++) {
		struct import_rule *rule = &chain->rules[i];

		if (only_changes(rule) && i + 1 < chain->count &&
		    decides_next(rule, rule + 1) &&
		    join_rules(import, rule, rule + 1))
			continue;
		if (only_changes(rule) && i + 1 == chain->count &&
		    index == import->base)
			rule->action =
				import->drops ? IMPORT_DROP : IMPORT_PASS;
		import_check_changes(import, rule);
		chain->rules[count++] = *rule;
	}
	chain->count = count;
}

void xt_join_changes(struct import *import)
{
	for (size_t i = 0; i < import->chain_count; i++)
		join_chain(import, i);
}
