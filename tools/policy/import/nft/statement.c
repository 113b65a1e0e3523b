// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statements of nft rules: verdicts, maps, marks, and those that are ignored.
 */
#include <linux/if_ether.h>
#include <string.h>

#include "nft.h"

/* --- verdicts */

static const struct {
	const char *type, *code;
	enum policy_reject reject;
} rejects[] = {
	{ "tcp reset", NULL, POLICY_REJECT_RESET },
	{ "icmp", "port-unreachable", POLICY_REJECT_PORT },
	{ "icmp", "host-unreachable", POLICY_REJECT_HOST },
	{ "icmp", "admin-prohibited", POLICY_REJECT_ADMIN },
	{ "icmpv6", "port-unreachable", POLICY_REJECT_PORT },
	{ "icmpv6", "addr-unreachable", POLICY_REJECT_HOST },
	{ "icmpv6", "admin-prohibited", POLICY_REJECT_ADMIN },
	{ "icmpx", "port-unreachable", POLICY_REJECT_PORT },
	{ "icmpx", "host-unreachable", POLICY_REJECT_HOST },
	{ "icmpx", "admin-prohibited", POLICY_REJECT_ADMIN },
};

/*
 * nft omits "meta nfproto" from its output if the reject type implies the
 * family. Tables of one family do not need the condition.
 */
static void and_family_of_answer(const struct nft *nft,
				 struct import_rule *rule, const char *type)
{
	uint64_t ethertype;

	if (!strcmp(type, "icmp"))
		ethertype = ETH_P_IP;
	else if (!strcmp(type, "icmpv6"))
		ethertype = ETH_P_IPV6;
	else
		return;
	if (!strcmp(nft->family, "ip") || !strcmp(nft->family, "ip6"))
		return;
	if (rule->limit && !import_has_field(rule, POLICY_ETHERTYPE))
		import_problem(nft->import, rule,
			       "no equivalent of a condition after a limit");
	import_and_range(nft->import, rule, POLICY_ETHERTYPE, false, ethertype,
			 ethertype);
}

static void read_reject(const struct nft *nft, struct import_rule *rule,
			json_t *json)
{
	const char *type = nft_string(json, "type");
	const char *code = nft_string(json, "expr");

	if (type)
		and_family_of_answer(nft, rule, type);
	rule->action = IMPORT_REJECT;
	rule->reject = POLICY_REJECT_PORT; /* nft's default */
	if (!type && !code)
		return;
	for (size_t i = 0; i < sizeof(rejects) / sizeof(*rejects); i++) {
		if (type && !strcmp(rejects[i].type, type) &&
		    (!rejects[i].code ||
		     (code && !strcmp(rejects[i].code, code)))) {
			rule->reject = rejects[i].reject;
			return;
		}
	}
	rule->action = IMPORT_DROP;
	rule->left_out = arena_format(
		&nft->import->arena,
		"its reply type, which has no equivalent: 'reject with %s%s%s'",
		type ? type : "", type && code ? " " : "", code ? code : "");
}

static const struct {
	const char *name;
	enum import_action action;
} verdicts[] = {
	{ "accept", IMPORT_PASS },   { "drop", IMPORT_DROP },
	{ "continue", IMPORT_NONE }, { "return", IMPORT_RETURN },
	{ "jump", IMPORT_JUMP },     { "goto", IMPORT_GOTO },
};

bool nft_read_verdict(const struct nft *nft, struct import_rule *rule,
		      json_t *verdict)
{
	json_t *arguments;
	const char *name = nft_only_member(verdict, &arguments);

	for (size_t i = 0; name && i < sizeof(verdicts) / sizeof(*verdicts);
	     i++) {
		if (strcmp(verdicts[i].name, name))
			continue;
		rule->action = verdicts[i].action;
		if (rule->action != IMPORT_JUMP && rule->action != IMPORT_GOTO)
			return true;
		rule->target = nft_string(arguments, "target");
		if (!rule->target)
			nft_not_understood(nft, rule, name);
		return true;
	}
	return false;
}

/* --- rules */

/* Kinds of statements: verdicts, conditions, and those without effect. */
enum { DECIDES, MATCHES, NOTHING };

static const struct {
	const char *name, *problem;
	int does;
} kept[] = {
	{ "quota", "no equivalent of 'quota'", MATCHES },
	{ "ct count", "no equivalent of 'ct count'", MATCHES },
	{ "flow", "no equivalent of 'flow'", NOTHING },
	{ "fwd", "no equivalent of 'fwd' without a neighbour lookup", DECIDES },
	{ "xt", "a match or target of iptables: use iptables-save", DECIDES },
};

static void no_word(const struct nft *nft, struct import_rule *rule,
		    const char *name)
{
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		if (strcmp(kept[i].name, name))
			continue;
		import_problem(nft->import, rule, "%s", kept[i].problem);
		rule->unknown |= kept[i].does == DECIDES;
		return;
	}
	rule->unknown = true;
	import_problem(nft->import, rule, "no equivalent of '%s'", name);
}

static void read_statement(struct nft *nft, struct import_rule *rule,
			   json_t *statement)
{
	json_t *arguments;
	const char *name = nft_only_member(statement, &arguments);

	if (!strcmp(name, "match")) {
		bool marked =
			rule->mark.mask && !import_has_field(rule, POLICY_MARK);

		if (rule->change_count)
			import_problem(nft->import, rule,
				       "no equivalent of changing a set before "
				       "a condition");
		if (rule->limit)
			import_problem(nft->import, rule,
				       "no equivalent of a condition after a "
				       "limit");
		if (rule->logs)
			import_problem(nft->import, rule,
				       "no equivalent of a condition after a "
				       "log");
		nft_match(nft, rule, arguments);
		if (marked && import_has_field(rule, POLICY_MARK)) {
			import_problem(nft->import, rule,
				       "it asks for the mark that it has set");
			import_forget_field(rule, POLICY_MARK);
		}
	} else if (!strcmp(name, "reject")) {
		read_reject(nft, rule, arguments);
	} else if (!strcmp(name, "set")) {
		nft_read_set_change(nft, rule, arguments);
	} else if (!strcmp(name, "limit")) {
		if (rule->logs)
			import_problem(nft->import, rule,
				       "no equivalent of a limit after a log");
		nft_read_limit(nft, rule, arguments);
	} else if (!strcmp(name, "meter")) {
		nft_read_meter(nft, rule, arguments);
	} else if (!strcmp(name, "mangle")) {
		nft_read_mangle(nft, rule, arguments);
	} else if (!strcmp(name, "log")) {
		import_add_log(nft->import, rule,
			       nft_string(arguments, "prefix"));
	} else if (strcmp(name, "counter") &&
		   !nft_read_verdict(nft, rule, statement)) {
		no_word(nft, rule, name);
	}
}

/* True if no statement follows, except counters. */
static bool is_last(json_t *statements, size_t at)
{
	while (++at < json_array_size(statements)) {
		if (!json_object_get(json_array_get(statements, at), "counter"))
			return false;
	}
	return true;
}

/* Returns true if a map was translated and the rule is done. */
static bool read_statements(struct nft *nft, struct import_rule *rule,
			    json_t *statements, size_t chain)
{
	json_t *statement, *map;
	size_t i;

	json_array_foreach (statements, i, statement) {
		const char *name = nft_only_member(statement, &map);

		if (!name) {
			nft_not_understood(nft, rule, "expr");
			rule->unknown = true;
		} else if (!strcmp(name, "vmap") && is_last(statements, i)) {
			if (rule->change_count || rule->limit || rule->logs)
				import_problem(
					nft->import, rule,
					"no equivalent of a limit, of a log, "
					"or of changing a set, before a map");
			else if (nft_read_map(nft, rule, map, chain))
				return true;
			rule->unknown = true;
		} else {
			read_statement(nft, rule, statement);
		}
	}
	return false;
}

void nft_rule(struct nft *nft, json_t *json, size_t chain)
{
	json_t *statements = json_object_get(json, "expr");
	json_t *handle = json_object_get(json, "handle");
	struct import_rule rule;
	bool is_done;

	import_rule_init(nft->import, &rule);
	rule.comment = nft_string(json, "comment");
	rule.place = arena_format(&nft->import->arena, "%s/%s/%lld", nft->table,
				  nft->import->chains[chain].name,
				  (long long)json_integer_value(handle));
	rule.json = statements ? statements : json;
	if (!json_is_array(statements)) {
		nft_not_understood(nft, &rule, "expr");
		rule.unknown = true;
	}
	is_done = read_statements(nft, &rule, statements, chain);
	import_check_changes(nft->import, &rule);
	/* for packets that are not in the map only the mark is left to set */
	if (is_done && !rule.mark.mask)
		return;
	if (is_done)
		rule.comment = NULL;
	import_rule_add(nft->import, chain, &rule);
}
