// SPDX-License-Identifier: GPL-2.0-only
/* Prints a packet as a line that describe() parses. */
#include <arpa/inet.h>
#include <inttypes.h>

#include "description.h"

#define TCP 6
#define UDP 17
#define SCTP 132
#define ICMP 1
#define ICMP6 58
#define IPV4_OPTIONS                                                         \
	1 /* bit of IPv4 options in the field; the others are IPv6 extension \
	     headers */

static const char *const fragment_names[] = { "none", "first", "later" };

static uint64_t value(const struct policy_packet *packet,
		      enum policy_field field)
{
	return packet->value[field].lo;
}

static void print_name(FILE *out, enum word_table table, uint32_t number)
{
	const char *name = table == NO_WORDS ? NULL : word_name(table, number);

	if (name)
		fprintf(out, " %s", name);
	else
		fprintf(out, " %" PRIu32, number);
}

static void print_bits(FILE *out, enum word_table table, uint32_t bits)
{
	char before = ' ';

	for (uint32_t bit = 1; bit && bit <= bits; bit <<= 1) {
		const char *name = bits & bit ? word_name(table, bit) : NULL;

		if (!name)
			continue;
		fprintf(out, "%c%s", before, name);
		before = ',';
	}
}

static void print_end(FILE *out, const struct policy_packet *packet,
		      enum policy_field field4, enum policy_field field6,
		      enum policy_field port)
{
	bool ipv6 = packet->has[field6], has_port = packet->has[port];
	struct policy_value address = packet->value[ipv6 ? field6 : field4];
	uint8_t bytes[16];
	char text[INET6_ADDRSTRLEN];

	for (int i = 0; i < 8; i++) {
		bytes[i] = address.hi >> (56 - 8 * i);
		bytes[8 + i] = address.lo >> (56 - 8 * i);
	}
	inet_ntop(ipv6 ? AF_INET6 : AF_INET, bytes + (ipv6 ? 0 : 12), text,
		  sizeof(text));
	fprintf(out, ipv6 && has_port ? "[%s]" : "%s", text);
	if (has_port)
		fprintf(out, ":%" PRIu64, value(packet, port));
}

/* The kind, also for a fragment without a transport header. */
static const char *kind_of(const struct policy_packet *packet)
{
	bool ipv6 = packet->has[POLICY_SRC6];

	switch (value(packet, POLICY_PROTOCOL)) {
	case TCP:
		return "tcp";
	case UDP:
		return "udp";
	case SCTP:
		return "sctp";
	case ICMP:
		return ipv6 ? NULL : "icmp";
	case ICMP6:
		return ipv6 ? "icmp6" : NULL;
	default:
		return NULL;
	}
}

static void print_transport(FILE *out, const struct policy_packet *packet)
{
	bool icmp6 = packet->has[POLICY_SRC6];

	if (packet->has[POLICY_TCP_FLAGS] && !value(packet, POLICY_TCP_FLAGS))
		fputs(" flags none", out);
	else if (packet->has[POLICY_TCP_FLAGS])
		print_bits(out, WORDS_TCP_FLAG,
			   value(packet, POLICY_TCP_FLAGS));
	if (!packet->has[POLICY_ICMP_TYPE])
		return;
	fputs(" type", out);
	print_name(out, icmp6 ? WORDS_ICMP6 : WORDS_ICMP,
		   value(packet, POLICY_ICMP_TYPE));
	if (value(packet, POLICY_ICMP_CODE))
		fprintf(out, " code %" PRIu64, value(packet, POLICY_ICMP_CODE));
}

static void print_ip(FILE *out, const struct policy_packet *packet)
{
	uint32_t extensions = value(packet, POLICY_EXTENSIONS);
	uint64_t fragment = value(packet, POLICY_FRAGMENT);
	const char *kind = kind_of(packet);

	if (kind) {
		fputs(kind, out);
	} else {
		fputs(packet->has[POLICY_SRC6] ? "ip6 proto" : "ip proto", out);
		print_name(out, WORDS_PROTOCOL, value(packet, POLICY_PROTOCOL));
	}
	fputc(' ', out);
	print_end(out, packet, POLICY_SRC4, POLICY_SRC6, POLICY_SRC_PORT);
	fputs(" > ", out);
	print_end(out, packet, POLICY_DST4, POLICY_DST6, POLICY_DST_PORT);
	print_transport(out, packet);
	if (extensions & IPV4_OPTIONS)
		fputs(" options", out);
	if (extensions & ~IPV4_OPTIONS) {
		fputs(" extension", out);
		print_bits(out, WORDS_EXTENSION, extensions & ~IPV4_OPTIONS);
	}
	if (fragment)
		fprintf(out, " fragment %s", fragment_names[fragment]);
	if (value(packet, POLICY_FLOW) != TG_FLOW_FACT_NEW)
		print_name(out, WORDS_FLOW, value(packet, POLICY_FLOW));
}

static void print_tag(FILE *out, const struct policy_packet *packet,
		      const char *word, enum policy_field vlan,
		      enum policy_field priority)
{
	if (!packet->has[vlan])
		return;
	fprintf(out, " %s %" PRIu64, word, value(packet, vlan));
	if (value(packet, priority))
		fprintf(out, ".%" PRIu64, value(packet, priority));
}

static void print_mac(FILE *out, uint64_t mac)
{
	for (int i = 40; i >= 0; i -= 8)
		fprintf(out, "%02x%s", (unsigned int)(mac >> i) & 0xff,
			i ? ":" : "");
}

static void print_rest(FILE *out, const struct policy_packet *packet)
{
	fputs(" mac ", out);
	print_mac(out, value(packet, POLICY_SRC_MAC));
	fputs(" > ", out);
	print_mac(out, value(packet, POLICY_DST_MAC));
	for (int field = 0; field < POLICY_FIELDS; field++) {
		if (!description_has_clause(field) || !packet->has[field])
			continue;
		fprintf(out, " %s", fields[field].word);
		print_name(out, field_words(field, false),
			   value(packet, field));
	}
}

void describe_print(FILE *out, const struct policy_packet *packet, bool all)
{
	if (packet->malformed || packet->cut_off) {
		fputs(packet->malformed ? "malformed" : "cut off", out);
		return;
	}
	if (packet->has[POLICY_PROTOCOL]) {
		print_ip(out, packet);
	} else if (packet->has[POLICY_ARP_OPERATION]) {
		fputs("arp", out);
		print_name(out, WORDS_ARP, value(packet, POLICY_ARP_OPERATION));
	} else {
		fprintf(out, "ether 0x%04" PRIx64,
			value(packet, POLICY_ETHERTYPE));
	}
	print_tag(out, packet, "vlan", POLICY_VLAN, POLICY_VLAN_PRIORITY);
	print_tag(out, packet, "inner-vlan", POLICY_INNER_VLAN,
		  POLICY_INNER_PRIORITY);
	if (all)
		print_rest(out, packet);
}
