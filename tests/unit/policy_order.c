// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_order - a rule that is reported to never match never matches: random
 * policies with few values, so that rules often cover each other, and packets
 * with the same values, using the reference matcher.
 */
#include <string.h>

#include "policy/language/check/check.h"
#include "policy/match/match.h"
#include "policy/language/text/read.h"
#include "tap.h"

#define POLICIES 3000
#define RULES 12
#define PACKETS 400

static uint64_t state = 1;

static unsigned int number(unsigned int limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % limit;
}

#define ADDRESSES                                                           \
	"10.0.0.0/30", "!10.0.0.0/31", "10.0.0.1", "10.0.0.1-10.0.0.2",     \
		"::/126", "::1", "{ 10.0.0.2, ::2 }", "!{ 10.0.0.3, ::3 }", \
		"0.0.0.0/0", "{ 10.0.0.0/30, ::/0 }", "!{ ::1, 10.0.0.0/8 }"
#define PORTS "1", "1-2", "!1", "{ 1, 3 }", "0-3", "!{ 1, 3 }"

static const char *const from[] = { ADDRESSES };
static const char *const ports[] = { PORTS };
static const char *const others[] = {
	"ip",
	"ip6",
	"arp",
	"tcp",
	"udp",
	"icmp",
	"icmp6",
	"ether !ip",
	"ether { ip, ip6 }",
	"proto { tcp, udp }",
	"proto !tcp",
	"syn",
	"flags syn/syn",
	"flags !ack/ack",
	"flags syn/syn,ack",
	"icmp type 0-1",
	"icmp type 1 code 1",
	"icmp6 type !1",
	"fragment later",
	"fragment none",
	"fragment any",
	"ttl 1-2",
	"ttl !2",
	"vlan any",
	"vlan none",
	"vlan 1",
	"vlan !1",
	"inner-vlan none",
	"inner-vlan any",
	"arp request",
	"mark 1/1",
	"mark 3",
	"mark !1/3",
	"extension routing",
	"extension !{ routing, frag }",
	"options",
	"extension { routing, auth }",
};

#define PICK(array) array[number(sizeof(array) / sizeof(*(array)))]

static void put_clauses(FILE *out)
{
	unsigned int count = number(4);

	fputs(number(2) ? "pass" : "drop", out);
	for (unsigned int i = 0; i < count; i++) {
		switch (number(5)) {
		case 0:
			fprintf(out, " from %s", PICK(from));
			break;
		case 1:
			fprintf(out, " to %s", PICK(from));
			break;
		case 2:
			fprintf(out, " %s port %s", number(2) ? "from" : "to",
				PICK(ports));
			break;
		default:
			fprintf(out, " %s", PICK(others));
		}
	}
	fputc('\n', out);
}

static int read_text(struct policy *policy, struct diagnostics *diagnostics,
		     const char *text)
{
	struct read_options options = { 0 };

	*diagnostics = (struct diagnostics){ 0 };
	return policy_read_text(policy, "text", text, strlen(text), &options,
				diagnostics);
}

/* A rule that can match; the caller frees it. */
static char *rule(void)
{
	for (;;) {
		struct diagnostics diagnostics;
		struct policy policy;
		char *text;
		size_t size;
		FILE *out = open_memstream(&text, &size);
		int err;

		if (!out)
			abort();
		put_clauses(out);
		fclose(out);
		err = read_text(&policy, &diagnostics, text);
		diagnostics_free(&diagnostics);
		policy_free(&policy);
		if (!err)
			return text;
		free(text);
	}
}

static void put_value(struct policy_packet *packet, enum policy_field field,
		      uint64_t value)
{
	packet->has[field] = true;
	packet->value[field].lo = value;
}

static void make_transport(struct policy_packet *packet, unsigned int protocol)
{
	if (protocol == 6 || protocol == 17) {
		put_value(packet, POLICY_SRC_PORT, number(5));
		put_value(packet, POLICY_DST_PORT, number(5));
	} else {
		put_value(packet, POLICY_ICMP_TYPE, number(3));
		put_value(packet, POLICY_ICMP_CODE, number(3));
	}
	if (protocol == 6)
		put_value(packet, POLICY_TCP_FLAGS, number(32));
}

static void make_ip(struct policy_packet *packet, bool is_ip6)
{
	static const unsigned int ip4[] = { 6, 17, 1, 47 };
	static const unsigned int ip6[] = { 6, 17, 58, 47 };
	unsigned int protocol = is_ip6 ? PICK(ip6) : PICK(ip4);
	uint64_t net = is_ip6 ? 0 : number(8) ? 10 << 24 : 11 << 24;
	unsigned int fragment = number(4) ? 0 : number(3);

	put_value(packet, is_ip6 ? POLICY_SRC6 : POLICY_SRC4, net | number(5));
	put_value(packet, is_ip6 ? POLICY_DST6 : POLICY_DST4, net | number(5));
	put_value(packet, POLICY_PROTOCOL, protocol);
	put_value(packet, POLICY_FRAGMENT, fragment);
	put_value(packet, POLICY_TTL, number(4));
	put_value(packet, POLICY_EXTENSIONS,
		  is_ip6 ? number(32) << 1 : number(2));
	if (fragment < 2 && protocol != 47)
		make_transport(packet, protocol);
}

/* A packet that the parser could produce. */
static void make_packet(struct policy_packet *packet)
{
	static const unsigned int types[] = { 0x0800, 0x86dd, 0x0806, 0x88cc };
	unsigned int type = PICK(types), vlans = number(3);

	*packet = (struct policy_packet){ 0 };
	put_value(packet, POLICY_ETHERTYPE, type);
	put_value(packet, POLICY_VLANS, vlans);
	if (vlans)
		put_value(packet, POLICY_VLAN, number(3));
	if (vlans == 2)
		put_value(packet, POLICY_INNER_VLAN, number(3));
	put_value(packet, POLICY_MARK, number(5));
	if (type == 0x0806)
		put_value(packet, POLICY_ARP_OPERATION, number(3));
	if (type == 0x0800 || type == 0x86dd)
		make_ip(packet, type == 0x86dd);
}

struct counts {
	size_t warnings, decided;
	bool is_wrong;
};

static void judge(const struct policy *policy,
		  const struct diagnostics *diagnostics, struct counts *counts)
{
	bool warned[RULES + 1] = { 0 };

	for (size_t i = 0; i < diagnostics->count; i++)
		warned[diagnostics->list[i].place.line] = true;
	counts->warnings += diagnostics->count;
	for (int i = 0; i < PACKETS; i++) {
		struct policy_packet packet;
		struct policy_verdict verdict;

		make_packet(&packet);
		verdict = policy_match(
			policy, &(struct match_context){ .packet = &packet });
		if (!verdict.rule)
			continue;
		counts->decided++;
		counts->is_wrong |= warned[verdict.rule->place.line];
	}
}

static void test_policy(struct tap *tap, struct counts *counts)
{
	struct diagnostics diagnostics;
	struct policy policy;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	for (int i = 0; i < RULES; i++) {
		char *line = rule();

		fputs(line, out);
		free(line);
	}
	fclose(out);
	if (read_text(&policy, &diagnostics, text) ||
	    check_order(&policy, &diagnostics))
		counts->is_wrong = true;
	else
		judge(&policy, &diagnostics, counts);
	if (counts->is_wrong)
		tap_note(tap, "%s", text);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
	free(text);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 2);
	struct counts counts = { 0 };

	for (int i = 0; i < POLICIES && !counts.is_wrong; i++)
		test_policy(&tap, &counts);
	tap_ok(&tap, !counts.is_wrong,
	       "a rule that is said to never match never decides");
	tap_ok(&tap, counts.warnings > POLICIES && counts.decided > POLICIES,
	       "there were many such rules, and packets to try them");
	tap_note(&tap, "%zu warnings, %zu packets decided", counts.warnings,
		 counts.decided);
	return tap_end(&tap);
}
