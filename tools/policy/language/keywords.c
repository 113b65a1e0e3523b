// SPDX-License-Identifier: GPL-2.0-only
/* Keywords, reserved words, and hints for words of other tools. */
#include <string.h>

#include "policy/language/parse/parser.h"

static const char *const actions[] = {
	[POLICY_NEXT] = "next",	    [POLICY_PASS] = "pass",
	[POLICY_ACCEPT] = "accept", [POLICY_DROP] = "drop",
	[POLICY_REJECT] = "reject", [POLICY_JUMP] = "jump",
};

static const char *const statements[] = { "include", "list", "default",
					  "sublist", "set",  "flows",
					  "replies", "logs" };

static const char *const changes[] = { "set", "redirect", "mirror", "add",
				       "del", "keep",	  "limit",  "log" };

/* Cannot be names either: the syntax would be ambiguous. */
static const char *const others[] = { "any", "none", "port", "mac", "with" };

/* For features that do not exist yet. */
static const char *const reserved[] = { "http" };

/* Words of other tools and languages, and what to write instead. */
static const struct {
	const char *word, *hint;
} foreign[] = {
	{ "allow", "'pass' lets a packet through" },
	{ "permit", "'pass' lets a packet through" },
	{ "block", "'drop' stops a packet" },
	{ "deny", "'drop' stops a packet" },
	{ "discard", "'drop' stops a packet" },
	{ "continue", "'next' continues with the next plugin of the chain" },
	{ "delete", "did you mean 'del'?" },
	{ "update", "did you mean 'add'?" },
	{ "goto", "'jump' runs the rules of a sub-list, then returns" },
	{ "call", "'jump' runs the rules of a sub-list, then returns" },
	{ "policy",
	  "'default' sets the action for packets that no rule matches" },
	{ "define", "'list NAME = { ... }' gives a set a name" },
	{ "table", "'list NAME = { ... }' gives a set a name" },
	{ "chain", "'sublist NAME {' starts a list of rules" },
	{ "src", "'from' is followed by the source" },
	{ "source", "'from' is followed by the source" },
	{ "saddr", "'from' is followed by the source" },
	{ "dst", "'to' is followed by the destination" },
	{ "destination", "'to' is followed by the destination" },
	{ "daddr", "'to' is followed by the destination" },
	{ "port", "write 'from port' or 'to port'" },
	{ "sport", "'from port' is followed by the source port" },
	{ "dport", "'to port' is followed by the destination port" },
	{ "mac", "write 'from mac' or 'to mac'" },
	{ "protocol", "did you mean 'proto'?" },
	{ "ip_proto", "did you mean 'proto'?" },
	{ "ethertype", "did you mean 'ether'?" },
	{ "ipv4", "did you mean 'ip'?" },
	{ "inet", "a rule without 'ip' or 'ip6' is for both" },
	{ "inet6", "did you mean 'ip6'?" },
	{ "ipv6", "did you mean 'ip6'?" },
	{ "icmpv6", "did you mean 'icmp6'?" },
	{ "hoplimit", "did you mean 'ttl'? In IPv6 it is the hop limit" },
	{ "in", "a policy is attached to a hook of a device" },
	{ "out", "a policy is attached to a hook of a device" },
	{ "on", "a policy is attached to a hook of a device" },
	{ "with", "'with' may only follow 'reject'" },
	{ "quick", "leave it out: the first rule that matches decides" },
	{ "state", "leave it out: 'established' is a condition of its own" },
	{ "ct", "leave it out: 'established' is a condition of its own" },
	{ "ctstate", "leave it out: 'established' is a condition of its own" },
	{ "any",
	  "leave it out: a rule without conditions matches all packets" },
	{ "all",
	  "leave it out: a rule without conditions matches all packets" },
	{ "everything",
	  "leave it out: a rule without conditions matches all packets" },
	{ "and", "leave it out: all conditions of a rule must hold" },
	{ "or",
	  "write values as a set, '{ A, B }', and conditions as two rules" },
	{ "not", "'!' before a set negates it: 'to port !80'" },
	{ "iif", "a policy is attached to a hook of a device" },
	{ "oif", "a policy is attached to a hook of a device" },
	{ "iifname", "a policy is attached to a hook of a device" },
	{ "oifname", "a policy is attached to a hook of a device" },
	{ "rate", "did you mean 'limit'? 'limit 50/s' is a rate" },
	{ "ratelimit", "did you mean 'limit'? 'limit 50/s' is a rate" },
	{ "police", "did you mean 'limit'? 'limit 10mbit' is a rate" },
	{ "meter", "did you mean 'limit'? 'limit 50/s per from' has keys" },
	{ "hashlimit", "did you mean 'limit'? 'limit 50/s per from' has keys" },
	{ "counter", "leave it out: every rule counts its packets" },
	{ "prefix", "the text follows 'log': 'log \"ssh\"'" },
	{ "LOG", "'log' follows an action: 'next log' only logs" },
	{ "host", "write 'from ADDRESS' or 'to ADDRESS'" },
	{ "net", "write 'from ADDRESS' or 'to ADDRESS'" },
	{ "ping", "did you mean 'icmp type echo-request'?" },
	{ "echo-request", "did you mean 'type echo-request'?" },
	{ "return", "a sub-list only returns after its last rule" },
	{ "masquerade", "a policy does not translate addresses" },
	{ "snat", "a policy does not translate addresses" },
	{ "dnat", "a policy does not translate addresses" },
	{ "ACCEPT", "did you mean 'accept'?" },
	{ "DROP", "did you mean 'drop'?" },
	{ "REJECT", "did you mean 'reject'?" },
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static bool is_in(const struct token *token, const char *const *words,
		  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (token_is(token, words[i]))
			return true;
	}
	return false;
}

bool is_action(const struct token *token, enum policy_action *action)
{
	for (size_t i = 0; i < COUNT(actions); i++) {
		if (token_is(token, actions[i])) {
			*action = i;
			return true;
		}
	}
	return false;
}

bool is_statement(const struct token *token)
{
	enum policy_action action;

	return is_action(token, &action) ||
	       is_in(token, statements, COUNT(statements));
}

bool is_reserved(const struct token *token)
{
	return is_in(token, reserved, COUNT(reserved));
}

static bool is_clause(const struct token *token)
{
	return match_clause(token).word ||
	       is_in(token, changes, COUNT(changes));
}

bool is_keyword(const struct token *token)
{
	return is_statement(token) || is_clause(token) ||
	       is_in(token, others, COUNT(others));
}

static bool hint_foreign(struct parser *parser, const struct token *token)
{
	for (size_t i = 0; i < COUNT(foreign); i++) {
		if (token_is(token, foreign[i].word)) {
			report_hint(parser->diagnostics, "%s", foreign[i].hint);
			return true;
		}
	}
	return false;
}

bool hint_sign(struct parser *parser, const struct token *token)
{
	const char *hint;

	if (token_is_sign(token, ','))
		hint = "write several values in braces: '{ 80, 443 }'";
	else if (token_is_sign(token, '{'))
		hint = "a set follows its field: 'proto { tcp, udp }'";
	else if (token_is_sign(token, '='))
		hint = "a value follows its field without a '='";
	else
		return false;
	report_hint(parser->diagnostics, "%s", hint);
	return true;
}

static void add_words(struct suggestion *suggestion, const char *const *words,
		      size_t count)
{
	for (size_t i = 0; i < count; i++)
		suggest(suggestion, words[i], strlen(words[i]));
}

void hint_word(struct parser *parser, struct suggestion *suggestion)
{
	if (suggestion->best)
		report_hint(parser->diagnostics, "did you mean '%.*s'?",
			    (int)suggestion->best_length, suggestion->best);
}

void hint_statement(struct parser *parser, const struct token *token)
{
	struct suggestion suggestion = suggest_for(token->text, token->length);

	if (token_is_sign(token, '-')) {
		report_hint(parser->diagnostics,
			    "'tailgate policy import' reads iptables rules");
		return;
	}
	if (is_clause(token)) {
		report_hint(parser->diagnostics,
			    "the action goes first: 'pass %.*s'",
			    (int)token->length, token->text);
		return;
	}
	if (hint_foreign(parser, token))
		return;
	add_words(&suggestion, actions, COUNT(actions));
	add_words(&suggestion, statements, COUNT(statements));
	hint_word(parser, &suggestion);
}

void hint_clause(struct parser *parser, const struct token *token)
{
	struct suggestion suggestion = suggest_for(token->text, token->length);
	const char *word;

	if (hint_sign(parser, token) || hint_foreign(parser, token))
		return;
	for (size_t i = 0; (word = match_word(i)); i++)
		suggest(&suggestion, word, strlen(word));
	add_words(&suggestion, changes, COUNT(changes));
	hint_word(parser, &suggestion);
}

bool fail_reserved(struct parser *parser, const struct token *token)
{
	fail_at(parser, token->place,
		"'%.*s' is reserved: tailgate does not support it yet",
		(int)token->length, token->text);
	return false;
}
