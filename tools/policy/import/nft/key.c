// SPDX-License-Identifier: GPL-2.0-only
/* Translates keys of nft expressions to fields of a policy. */
#include <string.h>

#include "nft.h"

#define IP 0x0800
#define IP6 0x86dd
#define ARP 0x0806
#define TCP 6
#define UDP 17
#define SCTP 132
#define ICMP 1
#define ICMP6 58
#define IP6_HEADER 40

static const struct {
	const char *protocol, *field;
	struct nft_key key;
} payloads[] = {
	{ "ip", "saddr", { .field = POLICY_SRC4, .ethertype = IP } },
	{ "ip", "daddr", { .field = POLICY_DST4, .ethertype = IP } },
	{ "ip", "protocol", { .field = POLICY_PROTOCOL, .ethertype = IP } },
	{ "ip", "ttl", { .field = POLICY_TTL, .ethertype = IP } },
	{ "ip", "dscp", { .field = POLICY_DSCP, .ethertype = IP } },
	{ "ip", "ecn", { .field = POLICY_ECN, .ethertype = IP } },
	{ "ip", "length", { .field = POLICY_LENGTH, .ethertype = IP } },
	{ "ip", "frag-off", { .kind = NFT_FRAGMENT, .ethertype = IP } },
	{ "ip6", "saddr", { .field = POLICY_SRC6, .ethertype = IP6 } },
	{ "ip6", "daddr", { .field = POLICY_DST6, .ethertype = IP6 } },
	{ "ip6", "hoplimit", { .field = POLICY_TTL, .ethertype = IP6 } },
	{ "ip6", "dscp", { .field = POLICY_DSCP, .ethertype = IP6 } },
	{ "ip6", "ecn", { .field = POLICY_ECN, .ethertype = IP6 } },
	{ "ip6",
	  "length",
	  { .field = POLICY_LENGTH, .ethertype = IP6, .add = IP6_HEADER } },
	{ "ip6",
	  "nexthdr",
	  { .kind = NFT_NEXT, .field = POLICY_PROTOCOL, .ethertype = IP6 } },
	{ "tcp", "sport", { .field = POLICY_SRC_PORT, .protocol = TCP } },
	{ "tcp", "dport", { .field = POLICY_DST_PORT, .protocol = TCP } },
	{ "tcp", "flags", { .field = POLICY_TCP_FLAGS, .protocol = TCP } },
	{ "udp", "sport", { .field = POLICY_SRC_PORT, .protocol = UDP } },
	{ "udp", "dport", { .field = POLICY_DST_PORT, .protocol = UDP } },
	{ "sctp", "sport", { .field = POLICY_SRC_PORT, .protocol = SCTP } },
	{ "sctp", "dport", { .field = POLICY_DST_PORT, .protocol = SCTP } },
	{ "th", "sport", { .field = POLICY_SRC_PORT, .needs_ports = true } },
	{ "th", "dport", { .field = POLICY_DST_PORT, .needs_ports = true } },
	{ "icmp", "type", { .field = POLICY_ICMP_TYPE, .protocol = ICMP } },
	{ "icmp", "code", { .field = POLICY_ICMP_CODE, .protocol = ICMP } },
	{ "icmpv6",
	  "type",
	  { .field = POLICY_ICMP_TYPE, .protocol = ICMP6, .icmp6 = true } },
	{ "icmpv6",
	  "code",
	  { .field = POLICY_ICMP_CODE, .protocol = ICMP6, .icmp6 = true } },
	{ "ether", "saddr", { .field = POLICY_SRC_MAC } },
	{ "ether", "daddr", { .field = POLICY_DST_MAC } },
	{ "ether",
	  "type",
	  { .kind = NFT_ETHER_TYPE, .field = POLICY_ETHERTYPE } },
	{ "vlan", "id", { .field = POLICY_VLAN } },
	{ "vlan", "pcp", { .field = POLICY_VLAN_PRIORITY } },
	{ "vlan",
	  "type",
	  { .kind = NFT_VLAN_TYPE, .field = POLICY_ETHERTYPE } },
	{ "arp",
	  "operation",
	  { .field = POLICY_ARP_OPERATION, .ethertype = ARP } },
};

static const struct {
	const char *name;
	struct nft_key key;
} metas[] = {
	{ "l4proto", { .field = POLICY_PROTOCOL } },
	{ "nfproto", { .field = POLICY_ETHERTYPE } },
	{ "protocol", { .field = POLICY_ETHERTYPE } },
	{ "length", { .field = POLICY_LENGTH } },
	{ "mark", { .field = POLICY_MARK } },
	{ "pkttype", { .field = POLICY_PACKET_TYPE } },
};

static const struct {
	const char *name;
	uint64_t bit;
} extensions[] = {
	{ "hbh", 1 << 1 },
	{ "rt", 1 << 2 },
	{ "dst", 1 << 3 },
	{ "frag", 1 << 4 },
};

static bool read_payload(json_t *json, struct nft_key *key)
{
	const char *protocol = nft_string(json, "protocol");
	const char *field = nft_string(json, "field");

	for (size_t i = 0; i < sizeof(payloads) / sizeof(*payloads); i++) {
		if (protocol && field && !strcmp(payloads[i].field, field) &&
		    !strcmp(payloads[i].protocol, protocol)) {
			*key = payloads[i].key;
			return true;
		}
	}
	return false;
}

static bool read_meta(const struct nft *nft, json_t *json, struct nft_key *key)
{
	const char *name = nft_string(json, "key");

	/* the length of a frame, including padding */
	if (!name || (nft->is_link && !strcmp(name, "length")))
		return false;
	for (size_t i = 0; i < sizeof(metas) / sizeof(*metas); i++) {
		if (!strcmp(metas[i].name, name)) {
			*key = metas[i].key;
			return true;
		}
	}
	return false;
}

static bool read_extension(json_t *json, struct nft_key *key)
{
	const char *name = nft_string(json, "name");

	if (!name || json_object_get(json, "field"))
		return false;
	for (size_t i = 0; i < sizeof(extensions) / sizeof(*extensions); i++) {
		if (!strcmp(extensions[i].name, name)) {
			*key = (struct nft_key){
				.kind = NFT_EXTENSION,
				.field = POLICY_EXTENSIONS,
				.extension = extensions[i].bit,
				.ethertype = IP6,
			};
			return true;
		}
	}
	return false;
}

static void no_word(const struct nft *nft, struct import_rule *rule,
		    json_t *json)
{
	static const char *const names[] = { "protocol", "field", "key",
					     "name" };
	const char *words[4] = { "", "", "", "" };
	void *first = json_object_iter(json);
	const char *kind = first ? json_object_iter_key(first) : NULL;

	for (int i = 0; first && i < 4; i++) {
		const char *word =
			nft_string(json_object_iter_value(first), names[i]);

		words[i] = word ? word : "";
	}
	import_problem(nft->import, rule, "no equivalent of '%s%s%s%s%s%s'",
		       kind && strcmp(kind, "payload") ? kind : "",
		       kind && strcmp(kind, "payload") ? " " : "", words[0],
		       *words[0] ? " " : "", words[1],
		       *words[2] ? words[2] : words[3]);
}

bool nft_read_key(const struct nft *nft, struct import_rule *rule, json_t *json,
		  struct nft_key *key)
{
	json_t *payload = json_object_get(json, "payload");
	json_t *meta = json_object_get(json, "meta");
	json_t *extension = json_object_get(json, "exthdr");

	*key = (struct nft_key){ 0 };
	if (payload ? read_payload(payload, key)
	    : meta  ? read_meta(nft, meta, key)
		    : read_extension(extension, key))
		return true;
	no_word(nft, rule, json);
	return false;
}

/* True if each case of the rule requires a protocol with ports. */
static bool has_ports(const struct import_rule *rule)
{
	struct demand ports;

	demand_only(&ports, TCP, UDP, SCTP);
	for (size_t i = 0; i < rule->case_count; i++) {
		if (!import_case_allows_only(&rule->cases[i], &ports))
			return false;
	}
	return true;
}

bool nft_and_implied(const struct nft *nft, struct import_rule *rule,
		     const struct nft_key *key)
{
	if (key->ethertype)
		import_and_range(nft->import, rule, POLICY_ETHERTYPE, false,
				 key->ethertype, key->ethertype);
	if (key->protocol)
		import_and_range(nft->import, rule, POLICY_PROTOCOL, false,
				 key->protocol, key->protocol);
	if (!key->needs_ports || has_ports(rule))
		return true;
	import_problem(
		nft->import, rule,
		"no equivalent of ports of any protocol: tcp, udp and sctp "
		"alone have some");
	return false;
}
