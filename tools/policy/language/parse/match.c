// SPDX-License-Identifier: GPL-2.0-only
/* Conditions: clauses with their own syntax, and fields with a set. */
#include <linux/if_ether.h>

#include "headers.h"
#include "policy/language/field.h"
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

/* 'icmp' implies IPv4: protocol 1 in an IPv6 packet has no type or code. */
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
	return parse_side(parser, place, POLICY_SRC4, POLICY_SRC_PORT,
			  POLICY_SRC_MAC);
}

static bool parse_to(struct parser *parser, struct policy_place place)
{
	return parse_side(parser, place, POLICY_DST4, POLICY_DST_PORT,
			  POLICY_DST_MAC);
}

/* 'any' and 'none' match on another field, the number of tags. */
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

static bool parse_code(struct parser *parser, struct policy_place place)
{
	return fail_at(parser, place, "'code' must follow a 'type'");
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

static bool parse_new(struct parser *parser, struct policy_place place)
{
	return add_value(parser, POLICY_FLOW, TG_FLOW_FACT_NEW,
			 TG_FLOW_FACT_NEW, place);
}

static bool parse_established(struct parser *parser, struct policy_place place)
{
	return add_value(parser, POLICY_FLOW, TG_FLOW_FACT_ESTABLISHED,
			 TG_FLOW_FACT_ESTABLISHED, place);
}

static bool parse_related(struct parser *parser, struct policy_place place)
{
	return add_value(parser, POLICY_FLOW, TG_FLOW_FACT_RELATED,
			 TG_FLOW_FACT_RELATED, place);
}

static bool parse_invalid(struct parser *parser, struct policy_place place)
{
	return add_value(parser, POLICY_FLOW, TG_FLOW_FACT_INVALID,
			 TG_FLOW_FACT_INVALID, place);
}

static const struct match_clause clauses[] = {
	{ "tcp", parse_tcp, 0 },
	{ "from", parse_from, 0 },
	{ "to", parse_to, 0 },
	{ "udp", parse_udp, 0 },
	{ "ip", parse_ip, 0 },
	{ "ip6", parse_ip6, 0 },
	{ "arp", parse_arp, 0 },
	{ "sctp", parse_sctp, 0 },
	{ "icmp", parse_icmp, 0 },
	{ "icmp6", parse_icmp6, 0 },
	{ "vlan", parse_vlan, 0 },
	{ "inner-vlan", parse_inner_vlan, 0 },
	{ "flags", parse_flags, 0 },
	{ "syn", parse_syn, 0 },
	{ "type", parse_type, 0 },
	{ "code", parse_code, 0 },
	{ "fragment", parse_fragment, 0 },
	{ "options", parse_options, 0 },
	{ "extension", parse_extension, 0 },
	{ "mark", parse_mark, 0 },
	{ "new", parse_new, 0 },
	{ "established", parse_established, 0 },
	{ "related", parse_related, 0 },
	{ "invalid", parse_invalid, 0 },
};
#define CLAUSES (sizeof(clauses) / sizeof(*clauses))

/* The clauses above, then the fields that are a word and a set. */
static struct match_clause clause_at(size_t n)
{
	if (n < CLAUSES)
		return clauses[n];
	n -= CLAUSES;
	for (int i = 0; i < POLICY_FIELDS; i++) {
		if (fields[i].clause == FIELD_SET && n-- == 0)
			return (struct match_clause){ fields[i].word, NULL, i };
	}
	return (struct match_clause){ 0 };
}

struct match_clause match_clause(const struct token *token)
{
	struct match_clause clause;

	for (size_t i = 0; (clause = clause_at(i)).word; i++) {
		if (token_is(token, clause.word))
			break;
	}
	return clause;
}

bool parse_match(struct parser *parser, const struct match_clause *clause,
		 struct policy_place place)
{
	if (clause->parse)
		return clause->parse(parser, place);
	return parse_set_field(parser, fields[clause->field].values,
			       clause->field, place);
}

const char *match_word(size_t n)
{
	return clause_at(n).word;
}
