// SPDX-License-Identifier: GPL-2.0-only
/* The statements of a rule of nft: verdicts, maps, marks, and what to ignore */
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

static void read_reject(const struct nft *nft, struct import_rule *rule,
			const struct json *json)
{
	const char *type = json_get_string(json, "type");
	const char *code = json_get_string(json, "expr");

	rule->action = IMPORT_REJECT;
	rule->reject = POLICY_REJECT_PORT; /* as nft does without a word */
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
	rule->left_out = import_format(
		&nft->import->arena,
		"its answer, for which there is no word: 'reject with %s%s%s'",
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
		      const struct json *verdict)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
		if (strcmp(verdicts[i].name, verdict->key))
			continue;
		rule->action = verdicts[i].action;
		if (rule->action != IMPORT_JUMP && rule->action != IMPORT_GOTO)
			return true;
		rule->target = json_get_string(verdict, "target");
		if (!rule->target)
			nft_not_understood(nft, rule, verdict->key);
		return true;
	}
	return false;
}

/* --- rules */

/* What they do with the verdict: they are conditions, or nothing at all. */
enum { DECIDES, MATCHES, NOTHING };

static const struct {
	const char *name, *problem;
	int does;
} kept[] = {
	{ "limit", "'limit' is a word that is kept for later", MATCHES },
	{ "quota", "'limit' is a word that is kept for later", MATCHES },
	{ "ct count", "'limit' is a word that is kept for later", MATCHES },
	{ "set", "no word for a change of a set", MATCHES },
	{ "flow", "no word for 'flow'", NOTHING },
	{ "fwd", "no word for 'fwd' that needs no neighbour", DECIDES },
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
	import_problem(nft->import, rule, "no word for '%s'", name);
}

static void read_statement(struct nft *nft, struct import_rule *rule,
			   const struct json *statement)
{
	const char *name = statement->key;

	if (!strcmp(name, "match")) {
		bool marked =
			rule->mark.mask && !import_has_field(rule, POLICY_MARK);

		nft_match(nft, rule, statement);
		if (marked && import_has_field(rule, POLICY_MARK)) {
			import_problem(nft->import, rule,
				       "it asks for the mark that it has set");
			import_forget_field(rule, POLICY_MARK);
		}
	} else if (!strcmp(name, "reject")) {
		read_reject(nft, rule, statement);
	} else if (!strcmp(name, "mangle")) {
		nft_read_mangle(nft, rule, statement);
	} else if (!strcmp(name, "log")) {
		if (!rule->left_out)
			rule->left_out = "log, a word that is kept for later";
	} else if (strcmp(name, "counter") &&
		   !nft_read_verdict(nft, rule, statement)) {
		no_word(nft, rule, name);
	}
}

/* Counters do not count. */
static bool is_last(const struct json *statement)
{
	const struct json *next = statement->next;

	while (next && json_get(next, "counter"))
		next = next->next;
	return !next;
}

void nft_rule(struct nft *nft, const struct json *json, size_t chain)
{
	const struct json *statements = json_get(json, "expr");
	const struct json *handle = json_get(json, "handle");
	struct import_rule rule;
	bool is_done = false;
	size_t from = statements ? statements->start : json->start;
	size_t to = statements ? statements->end : json->end;

	import_rule_init(nft->import, &rule);
	rule.comment = json_get_string(json, "comment");
	rule.place = import_format(
		&nft->import->arena, "%s/%s/%lld", nft->table,
		nft->import->chains[chain].name,
		json_is(handle, JSON_INTEGER) ? (long long)handle->integer : 0);
	rule.source = import_format(&nft->import->arena, "%s: %.*s", rule.place,
				    to - from < 2000 ? (int)(to - from) : 2000,
				    nft->text + from);
	if (!json_is(statements, JSON_ARRAY)) {
		nft_not_understood(nft, &rule, "expr");
		rule.unknown = true;
		statements = NULL;
	} else {
		statements = statements->first;
	}
	while (statements && !is_done) {
		const struct json *it = statements;

		if (!json_is(it, JSON_OBJECT) || it->count != 1) {
			nft_not_understood(nft, &rule, "expr");
			rule.unknown = true;
		} else if (!strcmp(it->first->key, "vmap") && is_last(it)) {
			is_done = nft_read_map(nft, &rule, it->first, chain);
			rule.unknown |= !is_done;
		} else {
			read_statement(nft, &rule, it->first);
		}
		statements = it->next;
	}
	/* what is left for packets that are not in the map: the mark */
	if (is_done && !rule.mark.mask)
		return;
	if (is_done)
		rule.comment = NULL;
	import_rule_add(nft->import, chain, &rule);
}
