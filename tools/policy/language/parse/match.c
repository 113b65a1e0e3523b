// SPDX-License-Identifier: GPL-2.0-only
/* What a rule can ask: most clauses are a word and a set. */
#include <linux/if_ether.h>

#include "headers.h"
#include "parser.h"

enum protocol { ICMP = 1, TCP = 6, UDP = 17, ICMP6 = 58, SCTP = 132 };

static bool parse_ip(struct parser *parser, struct policy_place place)
{
	return add_value(parser, POLICY_ETHERTYPE, ETH_P_IP, ETH_P_IP, place);
}

static bool parse_ip6(struct parser *parser, struct policy_place place)
{
	return add_value(parser, POLICY_ETHERTYPE, ETH_P_IPV6, ETH_P_IPV6,
			 place);
}

static bool parse_arp(struct parser *parser, struct policy_place place)
{
	if (!add_value(parser, POLICY_ETHERTYPE, ETH_P_ARP, ETH_P_ARP, place))
		return false;
	return !starts_set(parser) ||
	       parse_set_field(parser, KIND_ARP, POLICY_ARP_OPERATION, place);
}

static bool parse_tcp(struct parser *parser, struct policy_place place)
{
	return add_value(parser, POLICY_PROTOCOL, TCP, TCP, place);
}

static bool parse_udp(struct parser *parser, struct policy_place place)
{
	return add_value(parser, POLICY_PROTOCOL, UDP, UDP, place);
}

static bool parse_sctp(struct parser *parser, struct policy_place place)
{
	return add_value(parser, POLICY_PROTOCOL, SCTP, SCTP, place);
}

/* Each is one of its own family only: elsewhere it has no type and no code. */
static bool parse_icmp(struct parser *parser, struct policy_place place)
{
	parser->rule.has_icmp = true;
	return parse_ip(parser, place) &&
	       add_value(parser, POLICY_PROTOCOL, ICMP, ICMP, place);
}

static bool parse_icmp6(struct parser *parser, struct policy_place place)
{
	parser->rule.has_icmp6 = true;
	return parse_ip6(parser, place) &&
	       add_value(parser, POLICY_PROTOCOL, ICMP6, ICMP6, place);
}

static bool parse_ether(struct parser *parser, struct policy_place place)
{
	return parse_set_field(parser, KIND_ETHERTYPE, POLICY_ETHERTYPE, place);
}

static bool parse_proto(struct parser *parser, struct policy_place place)
{
	return parse_set_field(parser, KIND_PROTOCOL, POLICY_PROTOCOL, place);
}

static bool parse_side(struct parser *parser, struct policy_place place,
		       enum policy_field address, enum policy_field port,
		       enum policy_field mac)
{
	bool is_something = accept_word(parser, "any");

	if (!is_something && starts_set(parser)) {
		if (!parse_set_field(parser, KIND_ADDRESS, address, place))
			return false;
		is_something = true;
	}
	for (;; is_something = true) {
		struct policy_place at = parser->token.place;

		if (accept_word(parser, "port")) {
			if (!parse_set_field(parser, KIND_PORT, port, at))
				return false;
		} else if (accept_word(parser, "mac")) {
			if (!parse_set_field(parser, KIND_MAC, mac, at))
				return false;
		} else {
			break;
		}
	}
	if (is_something)
		return true;
	if (is_reserved(&parser->token))
		return fail_reserved(parser, &parser->token);
	return fail_expected(parser, "an address, 'any', 'port' or 'mac'");
}

static bool parse_from(struct parser *parser, struct policy_place place)
{
	return parse_side(parser, place, POLICY_SOURCE4, POLICY_SOURCE_PORT,
			  POLICY_SOURCE_MAC);
}

static bool parse_to(struct parser *parser, struct policy_place place)
{
	return parse_side(parser, place, POLICY_TARGET4, POLICY_TARGET_PORT,
			  POLICY_TARGET_MAC);
}

/* How many tags a packet has is a field of its own. */
static bool parse_vlan(struct parser *parser, struct policy_place place)
{
	if (accept_word(parser, "any"))
		return add_value(parser, POLICY_VLANS, 1, TG_VLANS_MAX, place);
	if (accept_word(parser, "none"))
		return add_value(parser, POLICY_VLANS, 0, 0, place);
	return parse_set_field(parser, KIND_VLAN, POLICY_VLAN, place);
}

static bool parse_inner_vlan(struct parser *parser, struct policy_place place)
{
	if (accept_word(parser, "any"))
		return add_value(parser, POLICY_VLANS, 2, TG_VLANS_MAX, place);
	if (accept_word(parser, "none"))
		return add_value(parser, POLICY_VLANS, 0, 1, place);
	return parse_set_field(parser, KIND_VLAN, POLICY_INNER_VLAN, place);
}

static bool parse_vlan_priority(struct parser *parser,
				struct policy_place place)
{
	return parse_set_field(parser, KIND_PRIORITY, POLICY_VLAN_PRIORITY,
			       place);
}

static bool parse_inner_priority(struct parser *parser,
				 struct policy_place place)
{
	return parse_set_field(parser, KIND_PRIORITY, POLICY_INNER_PRIORITY,
			       place);
}

static bool parse_fragment(struct parser *parser, struct policy_place place)
{
	if (accept_word(parser, "first"))
		return add_value(parser, POLICY_FRAGMENT, TG_FRAG_FIRST,
				 TG_FRAG_FIRST, place);
	if (accept_word(parser, "later"))
		return add_value(parser, POLICY_FRAGMENT, TG_FRAG_LATER,
				 TG_FRAG_LATER, place);
	if (accept_word(parser, "any"))
		return add_value(parser, POLICY_FRAGMENT, TG_FRAG_FIRST,
				 TG_FRAG_LATER, place);
	if (accept_word(parser, "none"))
		return add_value(parser, POLICY_FRAGMENT, TG_FRAG_NONE,
				 TG_FRAG_NONE, place);
	return fail_expected(parser, "'first', 'later', 'any' or 'none'");
}

static bool parse_ttl(struct parser *parser, struct policy_place place)
{
	return parse_set_field(parser, KIND_TTL, POLICY_TTL, place);
}

static bool parse_dscp(struct parser *parser, struct policy_place place)
{
	return parse_set_field(parser, KIND_DSCP, POLICY_DSCP, place);
}

static bool parse_length(struct parser *parser, struct policy_place place)
{
	return parse_set_field(parser, KIND_LENGTH, POLICY_LENGTH, place);
}

static bool parse_code(struct parser *parser, struct policy_place place)
{
	return fail_at(parser, place, "a 'code' follows its 'type'");
}

static bool parse_options(struct parser *parser, struct policy_place place)
{
	struct policy_condition *condition =
		add_value(parser, POLICY_EXTENSIONS, TG_EXT_IPV4_OPTIONS,
			  TG_EXT_IPV4_OPTIONS, place);

	if (condition)
		condition->mask = TG_EXT_IPV4_OPTIONS;
	return condition;
}

static const struct {
	const char *word;
	parse_clause *parse;
} clauses[] = {
	{ "tcp", parse_tcp },
	{ "from", parse_from },
	{ "to", parse_to },
	{ "proto", parse_proto },
	{ "udp", parse_udp },
	{ "ip", parse_ip },
	{ "ip6", parse_ip6 },
	{ "arp", parse_arp },
	{ "sctp", parse_sctp },
	{ "icmp", parse_icmp },
	{ "icmp6", parse_icmp6 },
	{ "ether", parse_ether },
	{ "vlan", parse_vlan },
	{ "vlan-priority", parse_vlan_priority },
	{ "inner-vlan", parse_inner_vlan },
	{ "inner-priority", parse_inner_priority },
	{ "flags", parse_flags },
	{ "syn", parse_syn },
	{ "type", parse_type },
	{ "code", parse_code },
	{ "fragment", parse_fragment },
	{ "options", parse_options },
	{ "extension", parse_extension },
	{ "ttl", parse_ttl },
	{ "dscp", parse_dscp },
	{ "length", parse_length },
	{ "mark", parse_mark },
};

parse_clause *match_clause(const struct token *token)
{
	for (size_t i = 0; i < sizeof(clauses) / sizeof(*clauses); i++) {
		if (token_is(token, clauses[i].word))
			return clauses[i].parse;
	}
	return NULL;
}
