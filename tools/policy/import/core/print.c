// SPDX-License-Identifier: GPL-2.0-only
/* Conditions, sets and comments as text of the policy language. */
#include <inttypes.h>

#include "import.h"
#include "policy/language/words.h"

#define ETHERTYPE_IP 0x0800
#define ETHERTYPE_IP6 0x86dd
#define ETHERTYPE_ARP 0x0806
#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_ICMP6 58
#define PROTOCOL_SCTP 132
#define FLAGS_SYN 0x02
#define FLAGS_SYN_MASK 0x17

static void print_bits(FILE *out, enum word_table table, uint64_t value)
{
	const char *comma = "";

	if (!value)
		fputs("none", out);
	for (uint64_t bit = 1; bit <= value; bit <<= 1) {
		if (value & bit) {
			fprintf(out, "%s%s", comma, word_name(table, bit));
			comma = ",";
		}
	}
}

/* mask holds what is asked for: one of them, or, negated, none of them */
static void print_extensions(FILE *out, const struct import_condition *it)
{
	const char *separator = " ";
	bool several = it->mask & (it->mask - 1);

	fprintf(out, " extension %s%s", it->negated ? "!" : "",
		several ? "{" : "");
	for (uint64_t bit = 1; bit <= it->mask; bit <<= 1) {
		if (!(it->mask & bit))
			continue;
		fprintf(out, "%s%s", several ? separator : "",
			word_name(WORDS_EXTENSION, bit));
		separator = ", ";
	}
	fputs(several ? " }" : "", out);
}

static void print_condition_set(FILE *out, const struct import_condition *it,
				bool icmp6)
{
	fputs(it->negated ? " !" : " ", out);
	if (it->list)
		fputs(it->list, out);
	else
		import_print_set(out, it->field, icmp6, &it->set);
}

static const struct import_condition *of(const struct import_case *one,
					 enum policy_field field)
{
	for (size_t i = 0; i < one->count; i++) {
		if (one->conditions[i].field == field)
			return &one->conditions[i];
	}
	return NULL;
}

/* The one value that a field must have, or -1. */
static int only(const struct import_case *one, enum policy_field field)
{
	const struct import_condition *it = of(one, field);

	return it && !it->negated && it->set.count == 1 &&
			       it->set.ranges[0].first.lo ==
				       it->set.ranges[0].last.lo
		       ? (int)it->set.ranges[0].first.lo
		       : -1;
}

/* The words icmp and icmp6 say the family, too. */
static bool is_icmp(const struct import_case *one)
{
	int ethertype = only(one, POLICY_ETHERTYPE);
	int protocol = only(one, POLICY_PROTOCOL);

	return (protocol == PROTOCOL_ICMP && ethertype == ETHERTYPE_IP) ||
	       (protocol == PROTOCOL_ICMP6 && ethertype == ETHERTYPE_IP6) ||
	       of(one, POLICY_ICMP_TYPE) || of(one, POLICY_ICMP_CODE);
}

static void print_ethertype(FILE *out, const struct import_case *one)
{
	int value = only(one, POLICY_ETHERTYPE);

	if (is_icmp(one) ||
	    (value == ETHERTYPE_ARP && of(one, POLICY_ARP_OPERATION)))
		return;
	if (value == ETHERTYPE_IP || value == ETHERTYPE_IP6 ||
	    value == ETHERTYPE_ARP) {
		fprintf(out, " %s", word_name(WORDS_ETHERTYPE, value));
		return;
	}
	fputs(" ether", out);
	print_condition_set(out, of(one, POLICY_ETHERTYPE), false);
}

static void print_protocol(FILE *out, const struct import_case *one)
{
	int value = only(one, POLICY_PROTOCOL);
	const char *word = value == PROTOCOL_TCP    ? "tcp"
			   : value == PROTOCOL_UDP  ? "udp"
			   : value == PROTOCOL_SCTP ? "sctp"
			   : !is_icmp(one)	    ? NULL
			   : value == PROTOCOL_ICMP ? "icmp"
						    : "icmp6";

	if (word) {
		fprintf(out, " %s", word);
		return;
	}
	fputs(" proto", out);
	print_condition_set(out, of(one, POLICY_PROTOCOL), false);
}

/* How many tags: two bits, of which 3 does not happen. */
static void print_tags(FILE *out, const struct import_condition *it)
{
	uint64_t first = it->set.ranges[0].first.lo;
	uint64_t last = it->set.ranges[0].last.lo;

	if (!last)
		fputs(" vlan none", out);
	else if (first == 2)
		fputs(" inner-vlan any", out);
	else if (first)
		fputs(" vlan any", out);
	if (last == 1)
		fputs(" inner-vlan none", out);
}

static void print_fragment(FILE *out, const struct import_condition *it)
{
	uint64_t first = it->set.ranges[0].first.lo;
	uint64_t last = it->set.ranges[0].last.lo;

	fprintf(out, " fragment %s",
		first == 2   ? "later"
		: first == 0 ? "none"
		: last == 1  ? "first"
			     : "any");
}

struct side {
	enum policy_field ip4, ip6, port;
};
static const struct side from = { POLICY_SOURCE4, POLICY_SOURCE6,
				  POLICY_SOURCE_PORT };
static const struct side to = { POLICY_TARGET4, POLICY_TARGET6,
				POLICY_TARGET_PORT };

static void print_side(FILE *out, const char *word, const struct side *side,
		       const struct import_case *one)
{
	const struct import_condition *address = of(one, side->ip4);
	const struct import_condition *port = of(one, side->port);

	if (!address)
		address = of(one, side->ip6);
	if (address || port)
		fprintf(out, " %s", word);
	if (address)
		print_condition_set(out, address, false);
	if (port) {
		fputs(" port", out);
		print_condition_set(out, port, false);
	}
}

static void print_masked(FILE *out, const struct import_condition *it)
{
	uint64_t value = it->set.ranges[0].first.lo;
	const char *sign = it->negated ? "!" : "";

	if (it->field == POLICY_TCP_FLAGS) {
		if (value == FLAGS_SYN && it->mask == FLAGS_SYN_MASK &&
		    !it->negated) {
			fputs(" syn", out);
			return;
		}
		fprintf(out, " flags %s", sign);
		print_bits(out, WORDS_TCP_FLAG, value);
		fputc('/', out);
		print_bits(out, WORDS_TCP_FLAG, it->mask);
		return;
	}
	fprintf(out, " mark %s", sign);
	import_print_bits(out, value, it->mask);
}

static void print_condition(FILE *out, const struct import_case *one,
			    const struct import_condition *it)
{
	static const char *const words[POLICY_FIELDS] = {
#define FIELD_WORD(name, bits, word) [POLICY_##name] = word,
		POLICY_FIELD_LIST(FIELD_WORD)
#undef FIELD_WORD
	};

	switch (it->field) {
	case POLICY_ETHERTYPE:
		print_ethertype(out, one);
		return;
	case POLICY_VLANS:
		print_tags(out, it);
		return;
	case POLICY_PROTOCOL:
		print_protocol(out, one);
		return;
	case POLICY_FRAGMENT:
		print_fragment(out, it);
		return;
	case POLICY_EXTENSIONS:
		print_extensions(out, it);
		return;
	case POLICY_TCP_FLAGS:
	case POLICY_MARK:
		print_masked(out, it);
		return;
	case POLICY_ICMP_CODE:
		if (!of(one, POLICY_ICMP_TYPE))
			fputs(" type 0-255", out);
		break;
	default:
		break;
	}
	fprintf(out, " %s", words[it->field]);
	print_condition_set(out, it,
			    only(one, POLICY_PROTOCOL) == PROTOCOL_ICMP6);
}

/* In the order of the language, which is that of the fields. */
void import_print_conditions(FILE *out, const struct import_case *one)
{
	for (int field = 0; field < POLICY_FIELDS; field++) {
		switch (field) {
		case POLICY_SOURCE6:
		case POLICY_TARGET6:
		case POLICY_SOURCE_PORT:
		case POLICY_TARGET_PORT:
			continue;
		case POLICY_SOURCE4:
			print_side(out, "from", &from, one);
			continue;
		case POLICY_TARGET4:
			print_side(out, "to", &to, one);
			continue;
		}
		for (size_t i = 0; i < one->count; i++) {
			if ((int)one->conditions[i].field == field)
				print_condition(out, one, &one->conditions[i]);
		}
	}
}
