// SPDX-License-Identifier: GPL-2.0-only
/* All of a line has been heard: does it fit together, and what does it make? */
#include "description.h"

#include <errno.h>
#include <string.h>

#define ARP_REQUEST 1
#define EPHEMERAL_PORT 49152 /* where clients usually speak from */

static int check_kinds(struct hearing *hearing)
{
	for (int i = 0; i < CLAUSES; i++) {
		struct description_clause_word clause =
			description_clause_word(i);

		if (!hearing->said[i].size ||
		    clause.kinds & hearing->description.kind)
			continue;
		if (i == CLAUSE_ENDS)
			return describe_refuse(
				&hearing->reader, hearing->said[i],
				"addresses go with %s only", clause.whose);
		return describe_refuse(&hearing->reader, hearing->said[i],
				       "'%.*s' goes with %s only",
				       (int)hearing->said[i].size,
				       hearing->said[i].at, clause.whose);
	}
	return 0;
}

static int check_family(struct hearing *hearing)
{
	struct description *description = &hearing->description;
	struct frame *frame = &description->frame;
	bool only4 =
		frame->ethertype == ETH_P_IP || frame->ethertype == ETH_P_ARP;
	bool only6 = frame->ethertype == ETH_P_IPV6;
	struct describe_reader *reader = &hearing->reader;

	if ((only4 && description->ipv6) || (only6 && !description->ipv6))
		return describe_refuse_word(reader, hearing->ends[0],
					    only4 ? "not an IPv4 address"
						  : "not an IPv6 address");
	if (description->kind & DESCRIPTION_PORTS)
		frame->ethertype = description->ipv6 ? ETH_P_IPV6 : ETH_P_IP;
	if (hearing->said[CLAUSE_OPTIONS].size && description->ipv6) {
		describe_refuse(reader, hearing->said[CLAUSE_OPTIONS],
				"IPv6 has no options");
		return describe_hint(reader,
				     "it has extension headers: 'extension'");
	}
	if (hearing->said[CLAUSE_EXTENSION].size && !description->ipv6) {
		describe_refuse(reader, hearing->said[CLAUSE_EXTENSION],
				"IPv4 has no extension headers");
		return describe_hint(reader, "it has options: 'options'");
	}
	return 0;
}

static int check_ports(struct hearing *hearing)
{
	struct description *description = &hearing->description;
	struct frame *frame = &description->frame;
	struct describe_reader *reader = &hearing->reader;

	if (!(description->kind & DESCRIPTION_PORTS)) {
		if (!description->has_source_port &&
		    !description->has_target_port)
			return 0;
		return describe_refuse_word(
			reader, hearing->ends[!description->has_source_port],
			"a port, where there are none");
	}
	if (!description->has_target_port && frame->fragment != TG_FRAG_LATER) {
		describe_refuse_word(reader, hearing->ends[1], "no port");
		return describe_hint(
			reader,
			description->ipv6 ? "as in [%.*s]:80" : "as in %.*s:80",
			(int)hearing->ends[1].size, hearing->ends[1].at);
	}
	if (!description->has_source_port)
		frame->source_port = EPHEMERAL_PORT;
	return 0;
}

static int check_ends(struct hearing *hearing)
{
	struct description *description = &hearing->description;
	int err;

	if (!hearing->said[CLAUSE_ENDS].size) {
		struct describe_span end = describe_peek(&hearing->reader);

		if (!(description->kind & DESCRIPTION_IPS))
			return 0;
		describe_refuse(&hearing->reader, end, "no addresses");
		return describe_hint(&hearing->reader, "'%.*s A > B' has them",
				     (int)hearing->kind_word.size,
				     hearing->kind_word.at);
	}
	err = check_family(hearing);
	return err ? err : check_ports(hearing);
}

/* A fragment of IPv6 has a header that says so; unless named, it is the last.
 */
static int add_fragment_header(struct hearing *hearing)
{
	struct description *description = &hearing->description;
	struct frame *frame = &description->frame;

	if (!description->ipv6 || frame->fragment == TG_FRAG_NONE)
		return 0;
	for (unsigned int i = 0; i < frame->extension_count; i++) {
		if (frame->extensions[i] == TG_EXT_FRAGMENT)
			return 0;
	}
	if (frame->extension_count == FRAME_EXTENSIONS_MAX)
		return describe_refuse(&hearing->reader,
				       hearing->said[CLAUSE_FRAGMENT],
				       "one more than %d extension headers",
				       FRAME_EXTENSIONS_MAX);
	frame->extensions[frame->extension_count++] = TG_EXT_FRAGMENT;
	return 0;
}

static int check_tags(struct hearing *hearing)
{
	bool inner = hearing->said[CLAUSE_INNER_VLAN].size;

	if (inner && !hearing->said[CLAUSE_VLAN].size)
		return describe_refuse(
			&hearing->reader, hearing->said[CLAUSE_INNER_VLAN],
			"'inner-vlan' without a 'vlan' around it");
	hearing->description.frame.vlans =
		inner ? 2 : !!hearing->said[CLAUSE_VLAN].size;
	return 0;
}

static int build(struct hearing *hearing)
{
	struct description *description = &hearing->description;
	struct described *described = hearing->described;
	struct describe_reader *reader = &hearing->reader;
	struct frame *frame = &description->frame;

	described->metadata.has_skb =
		hearing->said[CLAUSE_FIELDS + POLICY_MARK].size ||
		hearing->said[CLAUSE_FIELDS + POLICY_PACKET_TYPE].size;
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
	if (hearing->said[CLAUSE_FIELDS + POLICY_LENGTH].size) {
		uint32_t headers = frame_ip_headers(frame);

		if (description->value[POLICY_LENGTH] < headers)
			return describe_refuse(
				reader,
				hearing->said[CLAUSE_FIELDS + POLICY_LENGTH],
				"too short: the headers have %u bytes",
				headers);
		frame->payload = description->value[POLICY_LENGTH] - headers;
	}
	frame->ttl = description->value[POLICY_TTL];
	frame->traffic_class = description->value[POLICY_DSCP] << 2 |
			       description->value[POLICY_ECN];
	described->size = frame_build(frame, described->frame);
	return 0;
}

static int cut(struct hearing *hearing)
{
	struct described *described = hearing->described;

	if (!hearing->said[CLAUSE_CUT].size)
		return 0;
	if (hearing->cut > described->size)
		return describe_refuse(&hearing->reader,
				       hearing->said[CLAUSE_CUT],
				       "nothing to cut: the frame has %u bytes",
				       described->size);
	described->size = hearing->cut;
	return 0;
}

int description_finish(struct hearing *hearing)
{
	int err = check_kinds(hearing);

	if (!err)
		err = check_ends(hearing);
	if (!err)
		err = add_fragment_header(hearing);
	if (!err)
		err = check_tags(hearing);
	if (!err)
		err = build(hearing);
	return err ? err : cut(hearing);
}
