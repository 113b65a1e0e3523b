// SPDX-License-Identifier: GPL-2.0-only
/* The keywords of a description and the parser of each clause. */
#include "description.h"

#include <errno.h>
#include <string.h>

#define ANY_PROTOCOL 253 /* for experiments (RFC 3692) */

const struct description_kind_word description_kinds[] = {
	{ "tcp", DESCRIPTION_TCP, 6, -1, 0 },
	{ "udp", DESCRIPTION_UDP, 17, -1, 0 },
	{ "sctp", DESCRIPTION_SCTP, 132, -1, 0 },
	{ "icmp", DESCRIPTION_ICMP, 1, ETH_P_IP, 8 },
	{ "icmp6", DESCRIPTION_ICMP6, 58, ETH_P_IPV6, 128 },
	{ "ip", DESCRIPTION_IP, ANY_PROTOCOL, ETH_P_IP, 0 },
	{ "ip6", DESCRIPTION_IP6, ANY_PROTOCOL, ETH_P_IPV6, 0 },
	{ "arp", DESCRIPTION_ARP, -1, ETH_P_ARP, 0 },
	{ "ether", DESCRIPTION_ETHER, -1, -1, 0 },
	{ "hex", DESCRIPTION_HEX, -1, -1, 0 },
	{ 0 },
};

static int parse_number(struct describe_parser *parser, const char *what,
			enum word_table table, uint32_t max, uint32_t *value)
{
	struct describe_reader *reader = &parser->reader;

	return describe_value(reader, describe_next(reader), what, table, max,
			      value);
}

/* Parses ID or ID.PRIORITY. */
static int parse_tag(struct describe_parser *parser, unsigned int n)
{
	struct describe_reader *reader = &parser->reader;
	struct describe_span span = describe_next(reader), id = span;
	const char *dot = memchr(span.at, '.', span.size);
	uint32_t vlan = 0, priority = 0;
	int err;

	if (dot)
		id.size = dot - span.at;
	err = describe_value(reader, id, "not a VLAN", NO_WORDS, 4095, &vlan);
	if (!err && dot) {
		span.size -= id.size + 1;
		span.at = dot + 1;
		err = describe_value(reader, span, "not a priority", NO_WORDS,
				     7, &priority);
	}
	parser->description.frame.vlan_tci[n] = priority << 13 | vlan;
	return err;
}

static int parse_vlan(struct describe_parser *parser)
{
	return parse_tag(parser, 0);
}

static int parse_inner_vlan(struct describe_parser *parser)
{
	return parse_tag(parser, 1);
}

static bool is_at_arrow(struct describe_reader *reader)
{
	struct describe_span span = describe_peek(reader);

	return describe_span_is(span, ">") || describe_span_is(span, "->");
}

static int parse_mac(struct describe_parser *parser)
{
	struct describe_reader *reader = &parser->reader;
	struct description *description = &parser->description;
	struct frame *frame = &description->frame;
	int err = 0;

	if (!is_at_arrow(reader))
		err = describe_mac(reader, describe_next(reader),
				   frame->source_mac);
	if (err || !is_at_arrow(reader))
		return err;
	describe_next(reader);
	description->has_target_mac = true;
	return describe_mac(reader, describe_next(reader), frame->target_mac);
}

static int parse_fragment(struct describe_parser *parser)
{
	struct describe_reader *reader = &parser->reader;
	struct describe_span span = describe_next(reader);

	if (describe_span_is(span, "first"))
		parser->description.frame.fragment = TG_FRAG_FIRST;
	else if (describe_span_is(span, "later"))
		parser->description.frame.fragment = TG_FRAG_LATER;
	else
		return describe_refuse_word(reader, span,
					    "neither 'first' nor 'later'");
	return 0;
}

static int parse_options(struct describe_parser *parser)
{
	parser->description.frame.options = true;
	return 0;
}

static int parse_extension(struct describe_parser *parser)
{
	struct frame *frame = &parser->description.frame;
	struct describe_reader *reader = &parser->reader;
	struct describe_span rest = describe_next(reader);

	do {
		struct describe_span part = describe_span_part(&rest);
		uint32_t value;

		if (!part.size ||
		    !word_value(WORDS_EXTENSION, part.at, part.size, &value)) {
			describe_refuse_word(reader, part,
					     "not an extension header");
			return describe_hint_word(reader, part,
						  WORDS_EXTENSION);
		}
		if (frame->extension_count == FRAME_EXTENSIONS_MAX)
			return describe_refuse(reader, part,
					       "more than %d extension headers",
					       FRAME_EXTENSIONS_MAX);
		frame->extensions[frame->extension_count++] = value;
	} while (rest.size);
	return 0;
}

bool description_flags(struct describe_span span, uint8_t *flags)
{
	*flags = 0;
	if (describe_span_is(span, "none"))
		return true;
	do {
		struct describe_span part = describe_span_part(&span);
		uint32_t value;

		if (!part.size ||
		    !word_value(WORDS_TCP_FLAG, part.at, part.size, &value))
			return false;
		*flags |= value;
	} while (span.size);
	return true;
}

static int parse_flags(struct describe_parser *parser)
{
	struct describe_reader *reader = &parser->reader;
	struct describe_span span = describe_next(reader);

	if (description_flags(span, &parser->description.frame.tcp_flags))
		return 0;
	describe_refuse_word(reader, span, "not TCP flags");
	return describe_hint(reader,
			     "names with commas between them, as in syn,ack");
}

static int parse_type(struct describe_parser *parser)
{
	bool icmp6 = parser->description.kind == DESCRIPTION_ICMP6;
	uint32_t value = 0;
	int err = parse_number(parser, "not a type",
			       icmp6 ? WORDS_ICMP6 : WORDS_ICMP, 255, &value);

	parser->description.frame.icmp_type = value;
	return err;
}

static int parse_code(struct describe_parser *parser)
{
	bool icmp6 = parser->description.kind == DESCRIPTION_ICMP6;
	uint32_t value = 0;
	int err = parse_number(parser, "not a code",
			       icmp6 ? WORDS_ICMP6_CODE : WORDS_ICMP_CODE, 255,
			       &value);

	parser->description.frame.icmp_code = value;
	return err;
}

/*
 * Protocols with a keyword of their own are rejected: their headers would be
 * missing.
 */
static int parse_proto(struct describe_parser *parser)
{
	struct describe_reader *reader = &parser->reader;
	struct description *description = &parser->description;
	bool ipv6 = description->kind == DESCRIPTION_IP6;
	struct describe_span span = describe_peek(reader);
	uint32_t value = 0;
	int err = parse_number(parser, "not a protocol", WORDS_PROTOCOL, 255,
			       &value);

	/* other kinds are rejected by description_finish() */
	if (err || !(description->kind & (DESCRIPTION_IP | DESCRIPTION_IP6)))
		return err;
	for (const struct description_kind_word *kind = description_kinds;
	     kind->word; kind++) {
		if (kind->protocol != (int)value || value == ANY_PROTOCOL ||
		    kind->ethertype == (ipv6 ? ETH_P_IP : ETH_P_IPV6))
			continue;
		describe_refuse_word(reader, span, "has a kind of its own");
		return describe_hint(reader, "'%s A > B' describes it",
				     kind->word);
	}
	if (ipv6 && tg_extension_kinds[value].bit) {
		describe_refuse_word(reader, span, "an extension header");
		return describe_hint(reader, "'extension %s' adds one",
				     word_name(WORDS_EXTENSION,
					       tg_extension_kinds[value].bit));
	}
	description->frame.protocol = value;
	return 0;
}

static int parse_cut(struct describe_parser *parser)
{
	return parse_number(parser, "not a size", NO_WORDS, DESCRIBE_FRAME_MAX,
			    &parser->cut);
}

/* clang-format off */
#define ALL (~0U)
#define FRAMES (ALL & ~DESCRIPTION_HEX)

static const struct description_clause_word clauses[CLAUSE_FIELDS] = {
	[CLAUSE_ENDS] = { NULL, DESCRIPTION_IPS | DESCRIPTION_ARP,
			  "IP and ARP", NULL },
	[CLAUSE_VLAN] = { "vlan", FRAMES, "packets in words", parse_vlan },
	[CLAUSE_INNER_VLAN] = { "inner-vlan", FRAMES, "packets in words",
				parse_inner_vlan },
	[CLAUSE_MAC] = { "mac", FRAMES, "packets in words", parse_mac },
	[CLAUSE_PROTO] = { "proto", DESCRIPTION_IP | DESCRIPTION_IP6,
			   "ip and ip6", parse_proto },
	[CLAUSE_FLAGS] = { "flags", DESCRIPTION_TCP, "tcp", parse_flags },
	[CLAUSE_TYPE] = { "type", DESCRIPTION_ICMPS, "icmp and icmp6",
			  parse_type },
	[CLAUSE_CODE] = { "code", DESCRIPTION_ICMPS, "icmp and icmp6",
			  parse_code },
	[CLAUSE_FRAGMENT] = { "fragment", DESCRIPTION_IPS, "IP",
			      parse_fragment },
	[CLAUSE_OPTIONS] = { "options", DESCRIPTION_IPS, "IPv4",
			     parse_options },
	[CLAUSE_EXTENSION] = { "extension", DESCRIPTION_IPS, "IPv6",
			       parse_extension },
	[CLAUSE_FLOW] = { NULL, DESCRIPTION_IPS | DESCRIPTION_HEX, "IP", NULL },
	[CLAUSE_LIMIT] = { NULL, ALL, "any packet", NULL },
	[CLAUSE_CUT] = { "cut", ALL, "any packet", parse_cut },
};
/* clang-format on */

/* The mark is not a FIELD_SET, because in a rule it can have a mask. */
bool description_has_clause(enum policy_field field)
{
	return field == POLICY_MARK ||
	       (fields[field].clause == FIELD_SET &&
		field_presence(field) != TG_HAS_TAG &&
		field_presence(field) != TG_HAS_TWO_TAGS &&
		field != POLICY_ETHERTYPE && field != POLICY_PROTOCOL);
}

struct description_clause_word description_clause_word(int clause)
{
	enum policy_field field = clause - CLAUSE_FIELDS;
	bool is_ip;

	if (clause < CLAUSE_FIELDS)
		return clauses[clause];
	is_ip = field_families(field) == TG_OF_IP;
	return (struct description_clause_word){
		.word = description_has_clause(field) ? fields[field].word
						      : NULL,
		.kinds = is_ip ? DESCRIPTION_IPS : ALL,
		.kinds_text = is_ip ? "IP" : "any packet",
	};
}
