// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses a description: the kind of packet, then clauses in any order, each at
 * most once. The endpoints are a clause without a keyword. Whether the clauses
 * fit the kind and the address family is checked after all have been parsed.
 */
#include "describe.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "description.h"

#define FLAG_SYN 0x02
#define TTL_DEFAULT 64
#define ARP_REQUEST 1

static const uint8_t default_source_mac[] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t default_target_mac[] = { 2, 0, 0, 0, 0, 2 };
static const uint8_t default_source[] = { 198, 51, 100, 1 };
static const uint8_t default_target[] = { 198, 51, 100, 2 };

static const struct description_kind_word *kind_of(struct describe_span span)
{
	const struct description_kind_word *kind = description_kinds;

	while (kind->word && !describe_span_is(span, kind->word))
		kind++;
	return kind->word ? kind : NULL;
}

static int refuse_kind(struct describe_reader *reader,
		       struct describe_span span)
{
	const struct description_kind_word *kind = description_kinds;
	struct suggestion suggestion = suggest_for(span.at, span.size);

	describe_refuse_word(reader, span, "not a kind of packet");
	if (describe_span_is(span, "ping"))
		return describe_hint(reader, "'icmp A > B' is an echo-request");
	describe_hint(
		reader,
		"tcp, udp, sctp, icmp, icmp6, ip, ip6, arp, ether or hex");
	for (; kind->word; kind++)
		suggest(&suggestion, kind->word, strlen(kind->word));
	return describe_hint_best(reader, &suggestion);
}

static int refuse_clause(struct describe_reader *reader,
			 struct describe_span span, bool tcp)
{
	struct suggestion suggestion = suggest_for(span.at, span.size);

	describe_refuse_word(reader, span, "not understood");
	describe_hint_word(reader, span, WORDS_FLOW);
	suggest(&suggestion, "within", strlen("within"));
	suggest(&suggestion, "over", strlen("over"));
	if (tcp)
		describe_hint_word(reader, span, WORDS_TCP_FLAG);
	for (int i = CLAUSE_ENDS + 1; i < CLAUSES; i++) {
		const char *word = description_clause_word(i).word;

		if (word)
			suggest(&suggestion, word, strlen(word));
	}
	return describe_hint_best(reader, &suggestion);
}

/*
 * "arp reply" or "arp 7". The operation is optional: a clause may follow
 * instead.
 */
static int parse_arp_operation(struct describe_parser *parser)
{
	struct describe_reader *reader = &parser->reader;
	struct describe_span span = describe_peek(reader);
	uint32_t value = ARP_REQUEST;
	int err = 0;

	if (span.size && !memchr(span.at, '.', span.size) &&
	    !memchr(span.at, ':', span.size) &&
	    (isdigit((unsigned char)*span.at) ||
	     word_value(WORDS_ARP, span.at, span.size, &value)))
		err = describe_value(reader, describe_next(reader),
				     "not an ARP operation", WORDS_ARP,
				     UINT16_MAX, &value);
	parser->description.frame.arp_operation = value;
	return err;
}

static int parse_ethertype(struct describe_parser *parser)
{
	struct describe_reader *reader = &parser->reader;
	struct describe_span span = describe_next(reader);
	uint32_t value = 0;
	int err = describe_value(reader, span, "not an EtherType",
				 WORDS_ETHERTYPE, UINT16_MAX, &value);

	if (err)
		return err;
	parser->description.frame.ethertype = value;
	switch (value) {
	case ETH_P_8021Q:
	case ETH_P_8021AD:
		describe_refuse_word(reader, span, "a VLAN tag");
		return describe_hint(reader, "'vlan N' adds one to any packet");
	case ETH_P_IP:
	case ETH_P_IPV6:
	case ETH_P_ARP:
		describe_refuse_word(reader, span, "has a kind of its own");
		return describe_hint(reader, "'%s' describes it",
				     word_name(WORDS_ETHERTYPE, value));
	}
	return 0;
}

static int parse_kind(struct describe_parser *parser)
{
	struct describe_reader *reader = &parser->reader;
	struct describe_span span = describe_next(reader);
	const struct description_kind_word *kind = kind_of(span);
	struct description *description = &parser->description;
	struct frame *frame = &description->frame;

	parser->kind_word = span;
	if (!kind)
		return refuse_kind(reader, span);
	description->kind = kind->kind;
	if (kind->protocol >= 0)
		frame->protocol = kind->protocol;
	if (kind->ethertype >= 0)
		frame->ethertype = kind->ethertype;
	frame->icmp_type = kind->icmp_type;
	if (kind->kind == DESCRIPTION_ARP)
		return parse_arp_operation(parser);
	if (kind->kind == DESCRIPTION_ETHER)
		return parse_ethertype(parser);
	return 0;
}

/* Parses "A > B". */
static int parse_ends(struct describe_parser *parser)
{
	struct describe_reader *reader = &parser->reader;
	struct description *description = &parser->description;
	struct frame *frame = &description->frame;
	struct describe_end source, target;
	struct describe_span arrow;
	int err;

	parser->ends[0] = describe_next(reader);
	err = describe_endpoint(reader, parser->ends[0], &source);
	if (err)
		return err;
	arrow = describe_next(reader);
	if (!describe_span_is(arrow, ">") && !describe_span_is(arrow, "->")) {
		describe_refuse_word(reader, arrow,
				     "expected '>' and the other end");
		return describe_hint(reader, "as in %.*s > ADDRESS",
				     (int)parser->ends[0].size,
				     parser->ends[0].at);
	}
	parser->ends[1] = describe_next(reader);
	err = describe_endpoint(reader, parser->ends[1], &target);
	if (err)
		return err;
	if (source.ipv6 != target.ipv6)
		return describe_refuse_word(reader, parser->ends[1],
					    "an address of the other family");
	description->ipv6 = source.ipv6;
	memcpy(frame->source, source.address, sizeof(source.address));
	memcpy(frame->target, target.address, sizeof(target.address));
	description->has_source_port = source.has_port;
	description->has_target_port = target.has_port;
	frame->source_port = source.port;
	frame->target_port = target.port;
	return 0;
}

/* Parses a word of hex digits, which holds whole bytes. */
static int parse_hex(struct describe_parser *parser, struct describe_span span)
{
	struct described *described = parser->described;
	struct describe_reader *reader = &parser->reader;

	if (span.size % 2)
		return describe_refuse_word(reader, span,
					    "an odd number of hex digits");
	for (size_t i = 0; i < span.size; i += 2) {
		char digits[3] = { span.at[i], span.at[i + 1] };
		unsigned int byte;

		if (!isxdigit((unsigned char)digits[0]) ||
		    !isxdigit((unsigned char)digits[1]))
			return describe_refuse_word(reader, span,
						    "not bytes in hex");
		if (described->size == DESCRIBE_FRAME_MAX)
			return describe_refuse(reader, span,
					       "longer than %d bytes",
					       DESCRIBE_FRAME_MAX);
		sscanf(digits, "%x", &byte);
		described->frame[described->size++] = byte;
	}
	return 0;
}

/* What the packet is to the limit of its rule: the verdict + 1, or 0. */
static uint32_t limit_word(struct describe_span span)
{
	if (describe_span_is(span, "within"))
		return TG_LIMIT_WITHIN + 1;
	return describe_span_is(span, "over") ? TG_LIMIT_OVER + 1 : 0;
}

static int clause_of(const struct describe_parser *parser,
		     struct describe_span span)
{
	uint8_t flags;
	uint32_t flow;

	if (word_value(WORDS_FLOW, span.at, span.size, &flow))
		return CLAUSE_FLOW;
	if (limit_word(span))
		return CLAUSE_LIMIT;
	for (int i = CLAUSE_ENDS + 1; i < CLAUSES; i++) {
		const char *word = description_clause_word(i).word;

		if (word && describe_span_is(span, word))
			return i;
	}
	if (!describe_span_is(span, "none") && description_flags(span, &flags))
		return CLAUSE_FLAGS;
	if (parser->description.kind == DESCRIPTION_HEX)
		return CLAUSES;
	if (memchr(span.at, '.', span.size) ||
	    memchr(span.at, ':', span.size) || *span.at == '[' ||
	    isdigit((unsigned char)*span.at))
		return CLAUSE_ENDS;
	return CLAUSES;
}

static int parse_field(struct describe_parser *parser, enum policy_field field)
{
	struct describe_reader *reader = &parser->reader;
	const struct value_facts *values = &value_kinds[fields[field].values];
	uint32_t max = UINT32_MAX >> (32 - values->bits);
	char what[48];

	snprintf(what, sizeof(what), "not %s", values->what);
	return describe_value(reader, describe_next(reader), what,
			      values->words, max,
			      &parser->description.value[field]);
}

static int parse_flow(struct describe_parser *parser, struct describe_span span)
{
	uint32_t fact = 0;

	word_value(WORDS_FLOW, span.at, span.size, &fact);
	parser->description.flow = fact;
	return 0;
}

static int parse_clause(struct describe_parser *parser,
			struct describe_span span)
{
	int clause = clause_of(parser, span);
	struct describe_reader *reader = &parser->reader;
	struct description *description = &parser->description;

	if (clause == CLAUSES && description->kind == DESCRIPTION_HEX)
		return parse_hex(parser, describe_next(reader));
	if (clause == CLAUSES)
		return refuse_clause(reader, span,
				     description->kind == DESCRIPTION_TCP);
	if (parser->clauses[clause].size)
		return describe_refuse_word(reader, span, "given twice");
	parser->clauses[clause] = span;
	if (clause == CLAUSE_ENDS)
		return parse_ends(parser);
	describe_next(reader);
	if (clause == CLAUSE_FLAGS && !describe_span_is(span, "flags"))
		return description_flags(span, &description->frame.tcp_flags)
			       ? 0
			       : -EINVAL;
	if (clause == CLAUSE_FLOW)
		return parse_flow(parser, span);
	if (clause == CLAUSE_LIMIT) {
		description->limit = limit_word(span);
		return 0;
	}
	if (clause >= CLAUSE_FIELDS)
		return parse_field(parser, clause - CLAUSE_FIELDS);
	return description_clause_word(clause).parse(parser);
}

int describe(struct described *described, const char *text, size_t size,
	     struct describe_error *error)
{
	struct describe_parser parser = {
		.reader = { text, size, 0, error },
		.described = described,
		.description = { .frame = { .tcp_flags = FLAG_SYN },
				 .value[POLICY_TTL] = TTL_DEFAULT,
				 .flow = -1 },
	};
	struct frame *frame = &parser.description.frame;
	const char *nul = memchr(text, 0, size);
	struct describe_span span;
	int err;

	memcpy(frame->source_mac, default_source_mac, ETH_ALEN);
	memcpy(frame->target_mac, default_target_mac, ETH_ALEN);
	memcpy(frame->source, default_source, sizeof(default_source));
	memcpy(frame->target, default_target, sizeof(default_target));
	described->size = 0;
	described->metadata = (struct policy_metadata){ 0 };

	if (nul)
		return describe_refuse(&parser.reader,
				       (struct describe_span){ nul, 1 },
				       "a NUL byte: not text");
	err = parse_kind(&parser);
	while (!err && (span = describe_peek(&parser.reader)).size)
		err = parse_clause(&parser, span);
	return err ? err : description_finish(&parser);
}

void describe_error_print(FILE *out, const char *name, const char *text,
			  size_t size, const struct describe_error *error)
{
	if (!error->column) {
		fprintf(out, "%s: %s\n", name, error->message);
		return;
	}
	fprintf(out, "%s:%u: %s\n  ", name, error->column, error->message);
	for (size_t i = 0; i < size; i++)
		putc(iscntrl((unsigned char)text[i]) && text[i] != '\t'
			     ? '?'
			     : text[i],
		     out);
	fputs("\n  ", out);
	for (size_t i = 0; i + 1 < error->column && i < size; i++)
		putc(text[i] == '\t' ? '\t' : ' ', out);
	fputs("^\n", out);
	if (*error->hint)
		fprintf(out, "  %s\n", error->hint);
}
