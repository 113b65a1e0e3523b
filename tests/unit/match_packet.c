// SPDX-License-Identifier: GPL-2.0-only
/*
 * match_packet - which fields a packet has, and that no condition, negated or
 * not, matches a missing one; and the length of packets whose length field is
 * missing or wrong.
 *
 *	build/tests/match_packet
 */
#include <string.h>

#include "craft.h"
#include "policy/match/match.h"
#include "tap.h"

#define LINK "ETHERTYPE SRC_MAC DST_MAC VLANS "
#define TAG "VLAN VLAN_PRIORITY "
#define TAGS TAG "INNER_VLAN INNER_PRIORITY "
#define IP "FLOW PROTOCOL FRAGMENT EXTENSIONS TTL DSCP ECN LENGTH "
#define IPV4 LINK IP "SRC4 DST4 "
#define IPV6 LINK IP "SRC6 DST6 "
#define PORTS "SRC_PORT DST_PORT "
#define ICMP "ICMP_TYPE ICMP_CODE "

static const char *const names[POLICY_FIELDS] = {
#define FIELD(name, ...) #name,
#include "policy/language/fields.def"
};

struct presence {
	const char *words;  /* for craft.h */
	const char *fields; /* each followed by a blank */
};

static const struct presence presences[] = {
	{ "eth raw=46", LINK },
	{ "eth type=0x88cc vlan=5", LINK },
	{ "eth vlan=5 raw=46", LINK TAG },
	{ "eth qinq=7 vlan=5 raw=46", LINK TAGS },
	{ "eth raw=46 metadata=5", LINK TAG },
	{ "eth vlan=6 arp metadata=5", LINK TAGS "ARP_OPERATION " },
	{ "eth qinq=7 vlan=5 vlan=3 ip4 tcp", LINK TAGS },
	{ "eth arp", LINK "ARP_OPERATION " },
	{ "eth arp hw=6", LINK "ARP_OPERATION " },
	{ "eth ip4 tcp", IPV4 PORTS "TCP_FLAGS " },
	{ "eth ip4 udp", IPV4 PORTS },
	{ "eth ip4 sctp", IPV4 PORTS },
	{ "eth ip4 icmp", IPV4 ICMP },
	{ "eth ip4 icmp6", IPV4 },
	{ "eth ip4 gre", IPV4 },
	{ "eth ip4 first tcp", IPV4 PORTS "TCP_FLAGS " },
	{ "eth ip4 later tcp", IPV4 },
	{ "eth ip4 later icmp", IPV4 },
	{ "eth ip6 tcp", IPV6 PORTS "TCP_FLAGS " },
	{ "eth ip6 hopopts routing udp", IPV6 PORTS },
	{ "eth ip6 icmp6", IPV6 ICMP },
	{ "eth ip6 icmp", IPV6 },
	{ "eth ip6 none", IPV6 },
	{ "eth ip6 esp", IPV6 },
	{ "eth ip6 frag first sctp", IPV6 PORTS },
	{ "eth ip6 frag later sctp", IPV6 },
	{ "eth ip6 frag atomic tcp", IPV6 PORTS "TCP_FLAGS " },
	/* an error in an inner header removes outer fields as well */
	{ "eth cut=13", "" },
	{ "eth vlan=5 cut=17", "" },
	{ "eth arp cut=-1", "" },
	{ "eth arp hwsize=8", "" },
	{ "eth vlan=5 ip4 ihl=4 tcp", "" },
	{ "eth ip4 tcp cut=53", "" },
	{ "eth ip4 tcp doff=4", "" },
	{ "eth ip4 udp cut=41", "" },
	{ "eth ip4 len=+1 udp", "" },
	{ "eth ip6 version=5 udp", "" },
	{ "eth ip6 hopopts cut=61", "" },
	{ "eth ip6 icmp6 cut=61", "" },
};

struct length {
	const char *words;
	uint32_t missing;
	uint32_t expected;
};

static const struct length lengths[] = {
	{ "eth ip4 udp", 0, 28 },
	{ "eth ip4 udp pad=18", 0, 28 },
	{ "eth vlan=5 ip4 options=8 udp raw=4 pad=18", 0, 40 },
	{ "eth ip4 raw=65515", 0, 65535 },
	{ "eth ip4 udp raw=1000 cut=60", 982, 1028 },
	{ "eth ip6 udp", 0, 48 },
	{ "eth ip6 none pad=6", 0, 40 },
	{ "eth ip6 raw=65495", 0, 65535 },
	/* the header's value exceeds the field's maximum */
	{ "eth ip6 raw=65496", 0, 65535 },
	{ "eth ip6 raw=65535", 0, 65535 },
	/* length 0: it ends where the frame ends */
	{ "eth ip4 len=0 raw=65516", 0, 65535 },
	{ "eth ip6 len=0 hopopts udp", 0, 56 },
	{ "eth vlan=5 ip6 len=0 hopopts udp raw=70000", 0, 65535 },
	{ "eth ip6 len=0 udp raw=65530", 0, 65535 },
	{ "eth ip6 len=0 hopopts udp raw=100 cut=80", 82, 148 },
};

#define COUNT(array) ((int)(sizeof(array) / sizeof(*(array))))

static bool read_packet(struct policy_packet *packet, const char *words,
			struct policy_metadata *metadata)
{
	struct craft craft;
	bool made = craft_packet(&craft, words) == 0;

	if (made) {
		metadata->has_vlan = craft.has_metadata;
		metadata->vlan_tci = craft.metadata;
		policy_packet_read(packet, craft.bytes, craft.size, metadata);
	}
	craft_free(&craft);
	return made;
}

static void check_presence(struct tap *tap, const struct presence *presence)
{
	struct policy_metadata metadata = { .has_skb = true, .skb.mark = 7 };
	char found[512] = "", expected[512];
	struct policy_packet packet;
	bool malformed = !*presence->fields, good = true;
	bool made = read_packet(&packet, presence->words, &metadata);

	snprintf(expected, sizeof(expected), " %s%s", presence->fields,
		 malformed ? "" : "MARK PACKET_TYPE ");
	for (int i = 0; made && i < POLICY_FIELDS; i++) {
		char name[32];

		snprintf(name, sizeof(name), " %s ", names[i]);
		good &= packet.has[i] == !!strstr(expected, name);
		if (packet.has[i])
			strcat(strcat(found, names[i]), " ");
	}
	if (!tap_ok(tap, made && good && packet.malformed == malformed,
		    "fields of '%s'", presence->words))
		tap_note(tap, "found    %s\n# expected%s", found, expected);
}

/* No condition on a missing field matches. */
static void check_absence(struct tap *tap, const struct presence *presence)
{
	struct policy_range all = { { 0, 0 }, { UINT64_MAX, UINT64_MAX } };
	struct policy_metadata metadata = { 0 };
	struct policy_packet packet;
	bool good = read_packet(&packet, presence->words, &metadata);

	for (int i = 0; good && i < POLICY_FIELDS * 2; i++) {
		struct policy_condition condition = {
			.field = i / 2,
			.negated = i % 2,
			.mask = UINT64_MAX,
			.ranges = &all,
			.count = i % 2 ? 0 : 1,
		};
		struct policy_rule rule = { .action = POLICY_DROP,
					    .conditions = &condition,
					    .condition_count = 1 };
		struct policy_block block = { .rules = &rule, .count = 1 };
		struct policy policy = { .blocks = &block, .block_count = 1 };

		good = (policy_match(
				&policy,
				&(struct match_context){ .packet = &packet })
				.rule == &rule) == packet.has[i / 2];
	}
	tap_ok(tap, good, "rules on what '%s' has not", presence->words);
}

static void check_length(struct tap *tap, const struct length *length)
{
	struct policy_metadata metadata = { .missing = length->missing };
	struct policy_packet packet;
	bool made = read_packet(&packet, length->words, &metadata);

	if (!tap_ok(tap,
		    made && packet.has[POLICY_LENGTH] &&
			    packet.value[POLICY_LENGTH].lo == length->expected,
		    "length of '%s' is %u", length->words, length->expected))
		tap_note(tap, "found %llu",
			 (unsigned long long)packet.value[POLICY_LENGTH].lo);
}

/* On XDP a packet has no mark, which is different from mark 0. */
static void check_no_mark(struct tap *tap)
{
	struct policy_metadata metadata = { .skb.mark = 7 };
	struct policy_packet packet;
	bool made = read_packet(&packet, "eth arp", &metadata);

	tap_ok(tap, made && !packet.has[POLICY_MARK], "a packet without mark");
}

/* A capture without its headers is neither malformed nor valid. */
static void check_cut_off(struct tap *tap)
{
	struct policy_metadata metadata = { .missing = 114 };
	struct policy_packet packet;
	bool made =
		read_packet(&packet, "eth ip4 tcp raw=100 cut=40", &metadata);

	tap_ok(tap,
	       made && packet.cut_off && !packet.malformed &&
		       !packet.has[POLICY_ETHERTYPE],
	       "a capture without the TCP header is cut off");
	metadata.missing = 100;
	made = read_packet(&packet, "eth ip4 tcp raw=100 cut=54", &metadata);
	tap_ok(tap,
	       made && !packet.cut_off && !packet.malformed &&
		       packet.has[POLICY_TCP_FLAGS],
	       "a capture without the payload is not");
}

int main(void)
{
	struct tap tap =
		tap_plan(stdout, 2 * COUNT(presences) + COUNT(lengths) + 3);

	for (int i = 0; i < COUNT(presences); i++)
		check_presence(&tap, &presences[i]);
	for (int i = 0; i < COUNT(presences); i++)
		check_absence(&tap, &presences[i]);
	for (int i = 0; i < COUNT(lengths); i++)
		check_length(&tap, &lengths[i]);
	check_no_mark(&tap);
	check_cut_off(&tap);
	return tap_end(&tap);
}
