// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks that the clauses of a description fit together, and builds the frame.
 */
#include "description.h"

#include <errno.h>
#include <string.h>

#include "policy_flow.h"

#define FLAG_ACK 0x10
#define ARP_REQUEST 1
#define EPHEMERAL_PORT 49152 /* start of the dynamic port range (RFC 6335) */

static int check_kinds(struct describe_parser *parser)
{
	for (int i = 0; i < CLAUSES; i++) {
		struct description_clause_word clause =
			description_clause_word(i);

		if (!parser->clauses[i].size ||
		    clause.kinds & parser->description.kind)
			continue;
		if (i == CLAUSE_ENDS)
			return describe_refuse(
				&parser->reader, parser->clauses[i],
				"addresses go with %s only", clause.kinds_text);
		return describe_refuse(&parser->reader, parser->clauses[i],
				       "'%.*s' goes with %s only",
				       (int)parser->clauses[i].size,
				       parser->clauses[i].at,
				       clause.kinds_text);
	}
	return 0;
}

static int check_family(struct describe_parser *parser)
{
	struct description *description = &parser->description;
	struct frame *frame = &description->frame;
	bool only4 =
		frame->ethertype == ETH_P_IP || frame->ethertype == ETH_P_ARP;
	bool only6 = frame->ethertype == ETH_P_IPV6;
	struct describe_reader *reader = &parser->reader;

	if ((only4 && description->ipv6) || (only6 && !description->ipv6))
		return describe_refuse_word(reader, parser->ends[0],
					    only4 ? "not an IPv4 address"
						  : "not an IPv6 address");
	if (description->kind & DESCRIPTION_PORTS)
		frame->ethertype = description->ipv6 ? ETH_P_IPV6 : ETH_P_IP;
	if (parser->clauses[CLAUSE_OPTIONS].size && description->ipv6) {
		describe_refuse(reader, parser->clauses[CLAUSE_OPTIONS],
				"IPv6 has no options");
		return describe_hint(reader,
				     "it has extension headers: 'extension'");
	}
	if (parser->clauses[CLAUSE_EXTENSION].size && !description->ipv6) {
		describe_refuse(reader, parser->clauses[CLAUSE_EXTENSION],
				"IPv4 has no extension headers");
		return describe_hint(reader, "it has options: 'options'");
	}
	return 0;
}

static int check_ports(struct describe_parser *parser)
{
	struct description *description = &parser->description;
	struct frame *frame = &description->frame;
	struct describe_reader *reader = &parser->reader;

	if (!(description->kind & DESCRIPTION_PORTS)) {
		if (!description->has_source_port &&
		    !description->has_target_port)
			return 0;
		return describe_refuse_word(
			reader, parser->ends[!description->has_source_port],
			"a port, where there are none");
	}
	if (!description->has_target_port && frame->fragment != TG_FRAG_LATER) {
		describe_refuse_word(reader, parser->ends[1], "no port");
		return describe_hint(
			reader,
			description->ipv6 ? "as in [%.*s]:80" : "as in %.*s:80",
			(int)parser->ends[1].size, parser->ends[1].at);
	}
	if (!description->has_source_port)
		frame->source_port = EPHEMERAL_PORT;
	return 0;
}

static int check_ends(struct describe_parser *parser)
{
	struct description *description = &parser->description;
	int err;

	if (!parser->clauses[CLAUSE_ENDS].size) {
		struct describe_span end = describe_peek(&parser->reader);

		if (!(description->kind & DESCRIPTION_IPS))
			return 0;
		describe_refuse(&parser->reader, end, "no addresses");
		return describe_hint(&parser->reader, "'%.*s A > B' has them",
				     (int)parser->kind_word.size,
				     parser->kind_word.at);
	}
	err = check_family(parser);
	return err ? err : check_ports(parser);
}

/*
 * An IPv6 fragment needs a fragment header; unless the line names it, it is
 * added as the last extension header.
 */
static int add_fragment_header(struct describe_parser *parser)
{
	struct description *description = &parser->description;
	struct frame *frame = &description->frame;

	if (!description->ipv6 || frame->fragment == TG_FRAG_NONE)
		return 0;
	for (unsigned int i = 0; i < frame->extension_count; i++) {
		if (frame->extensions[i] == TG_EXT_FRAGMENT)
			return 0;
	}
	if (frame->extension_count == FRAME_EXTENSIONS_MAX)
		return describe_refuse(&parser->reader,
				       parser->clauses[CLAUSE_FRAGMENT],
				       "one more than %d extension headers",
				       FRAME_EXTENSIONS_MAX);
	frame->extensions[frame->extension_count++] = TG_EXT_FRAGMENT;
	return 0;
}

static int check_tags(struct describe_parser *parser)
{
	bool inner = parser->clauses[CLAUSE_INNER_VLAN].size;

	if (inner && !parser->clauses[CLAUSE_VLAN].size)
		return describe_refuse(
			&parser->reader, parser->clauses[CLAUSE_INNER_VLAN],
			"'inner-vlan' without a 'vlan' around it");
	parser->description.frame.vlans =
		inner ? 2 : !!parser->clauses[CLAUSE_VLAN].size;
	return 0;
}

static int build(struct describe_parser *parser)
{
	struct description *description = &parser->description;
	struct described *described = parser->described;
	struct describe_reader *reader = &parser->reader;
	struct frame *frame = &description->frame;

	described->flow = description->flow;
	described->limit = description->limit;
	if (described->flow >= 0)
		described->metadata.flow = described->flow;
	described->metadata.has_skb =
		parser->clauses[CLAUSE_FIELDS + POLICY_MARK].size ||
		parser->clauses[CLAUSE_FIELDS + POLICY_PACKET_TYPE].size;
	described->metadata.skb.mark = description->value[POLICY_MARK];
	described->metadata.skb.pkt_type =
		description->value[POLICY_PACKET_TYPE];
	if (description->kind == DESCRIPTION_HEX)
		return described->size
			       ? 0
			       : describe_refuse(reader, describe_peek(reader),
						 "no bytes");
	if (description->kind == DESCRIPTION_ARP &&
	    frame->arp_operation == ARP_REQUEST && !description->has_target_mac)
		memset(frame->target_mac, 0xff, ETH_ALEN);
	if (parser->clauses[CLAUSE_FIELDS + POLICY_LENGTH].size) {
		uint32_t headers = frame_ip_headers(frame);

		if (description->value[POLICY_LENGTH] < headers)
			return describe_refuse(
				reader,
				parser->clauses[CLAUSE_FIELDS + POLICY_LENGTH],
				"too short: the headers have %u bytes",
				headers);
		frame->payload = description->value[POLICY_LENGTH] - headers;
	}
	/* a SYN begins a connection */
	if (described->flow == TG_FLOW_FACT_ESTABLISHED &&
	    !parser->clauses[CLAUSE_FLAGS].size)
		frame->tcp_flags = FLAG_ACK;
	frame->ttl = description->value[POLICY_TTL];
	frame->traffic_class = description->value[POLICY_DSCP] << 2 |
			       description->value[POLICY_ECN];
	described->size = frame_build(frame, described->frame);
	return 0;
}

static int truncate_frame(struct describe_parser *parser)
{
	struct described *described = parser->described;

	if (!parser->clauses[CLAUSE_CUT].size)
		return 0;
	if (parser->cut > described->size)
		return describe_refuse(&parser->reader,
				       parser->clauses[CLAUSE_CUT],
				       "nothing to cut: the frame has %u bytes",
				       described->size);
	described->size = parser->cut;
	return 0;
}

int description_finish(struct describe_parser *parser)
{
	int err = check_kinds(parser);

	if (!err)
		err = check_ends(parser);
	if (!err)
		err = add_fragment_header(parser);
	if (!err)
		err = check_tags(parser);
	if (!err)
		err = build(parser);
	return err ? err : truncate_frame(parser);
}
