// SPDX-License-Identifier: GPL-2.0-only
#include "words.h"

#include <string.h>

#include "policy_flow.h"

/*
 * The first name of a value is the one that is printed. The others are the
 * names that nft, iptables and tc use.
 */
struct word {
	const char *name;
	uint32_t value;
};

static const struct word ethertypes[] = {
	{ "ip", 0x0800 },
	{ "ip6", 0x86dd },
	{ "arp", 0x0806 },
	{ "ipv4", 0x0800 },
	{ "ipv6", 0x86dd },
	{ "wake-on-lan", 0x0842 },
	{ "rarp", 0x8035 },
	{ "vlan", 0x8100 },
	{ "slow", 0x8809 },
	{ "lacp", 0x8809 },
	{ "mpls", 0x8847 },
	{ "mpls-multicast", 0x8848 },
	{ "pppoe-discovery", 0x8863 },
	{ "pppoe", 0x8864 },
	{ "pppoe-session", 0x8864 },
	{ "eapol", 0x888e },
	{ "profinet", 0x8892 },
	{ "ethercat", 0x88a4 },
	{ "qinq", 0x88a8 },
	{ "lldp", 0x88cc },
	{ "macsec", 0x88e5 },
	{ "ptp", 0x88f7 },
	{ "fcoe", 0x8906 },
	{ "loopback", 0x9000 },
};

static const struct word arp_operations[] = {
	{ "request", 1 },    { "reply", 2 },	     { "rarp-request", 3 },
	{ "rarp-reply", 4 }, { "inarp-request", 8 }, { "inarp-reply", 9 },
	{ "nak", 10 },
};

static const struct word protocols[] = {
	{ "tcp", 6 },	     { "udp", 17 },	  { "sctp", 132 },
	{ "icmp", 1 },	     { "icmp6", 58 },	  { "icmpv6", 58 },
	{ "ipv6-icmp", 58 }, { "igmp", 2 },	  { "ipip", 4 },
	{ "ipencap", 4 },    { "egp", 8 },	  { "dccp", 33 },
	{ "ipv6", 41 },	     { "rsvp", 46 },	  { "gre", 47 },
	{ "esp", 50 },	     { "ah", 51 },	  { "no-next-header", 59 },
	{ "eigrp", 88 },     { "ospf", 89 },	  { "pim", 103 },
	{ "ipcomp", 108 },   { "vrrp", 112 },	  { "l2tp", 115 },
	{ "isis", 124 },     { "mobility", 135 }, { "udplite", 136 },
	{ "mpls", 137 },     { "hip", 139 },
};

/* Not from /etc/services: a policy means the same on every machine. */
static const struct word services[] = {
	{ "ftp-data", 20 },
	{ "ftp", 21 },
	{ "ssh", 22 },
	{ "telnet", 23 },
	{ "smtp", 25 },
	{ "time", 37 },
	{ "whois", 43 },
	{ "tacacs", 49 },
	{ "domain", 53 },
	{ "dns", 53 },
	{ "bootps", 67 },
	{ "dhcp", 67 },
	{ "bootpc", 68 },
	{ "tftp", 69 },
	{ "finger", 79 },
	{ "http", 80 },
	{ "kerberos", 88 },
	{ "pop3", 110 },
	{ "sunrpc", 111 },
	{ "rpcbind", 111 },
	{ "auth", 113 },
	{ "ident", 113 },
	{ "nntp", 119 },
	{ "ntp", 123 },
	{ "netbios-ns", 137 },
	{ "netbios-dgm", 138 },
	{ "netbios-ssn", 139 },
	{ "imap", 143 },
	{ "imap2", 143 },
	{ "snmp", 161 },
	{ "snmptrap", 162 },
	{ "snmp-trap", 162 },
	{ "bgp", 179 },
	{ "irc", 194 },
	{ "ldap", 389 },
	{ "https", 443 },
	{ "microsoft-ds", 445 },
	{ "submissions", 465 },
	{ "isakmp", 500 },
	{ "rsync", 873 },
	{ "syslog", 514 },
	{ "printer", 515 },
	{ "rip", 520 },
	{ "ripng", 521 },
	{ "dhcpv6-client", 546 },
	{ "dhcpv6-server", 547 },
	{ "rtsp", 554 },
	{ "nntps", 563 },
	{ "submission", 587 },
	{ "ipp", 631 },
	{ "ldaps", 636 },
	{ "ldp", 646 },
	{ "dns-over-tls", 853 },
	{ "ftps-data", 989 },
	{ "ftps", 990 },
	{ "imaps", 993 },
	{ "pop3s", 995 },
	{ "socks", 1080 },
	{ "openvpn", 1194 },
	{ "ms-sql-s", 1433 },
	{ "oracle", 1521 },
	{ "radius", 1812 },
	{ "radius-acct", 1813 },
	{ "mqtt", 1883 },
	{ "nfs", 2049 },
	{ "iscsi", 3260 },
	{ "mysql", 3306 },
	{ "rdp", 3389 },
	{ "ms-wbt-server", 3389 },
	{ "stun", 3478 },
	{ "svn", 3690 },
	{ "ipsec-nat-t", 4500 },
	{ "vxlan", 4789 },
	{ "sip", 5060 },
	{ "sips", 5061 },
	{ "xmpp-client", 5222 },
	{ "xmpp-server", 5269 },
	{ "mdns", 5353 },
	{ "postgresql", 5432 },
	{ "amqp", 5672 },
	{ "vnc", 5900 },
	{ "x11", 6000 },
	{ "geneve", 6081 },
	{ "redis", 6379 },
	{ "ircs-u", 6697 },
	{ "http-alt", 8080 },
	{ "git", 9418 },
	{ "memcached", 11211 },
	{ "wireguard", 51820 },
};

static const struct word icmp_types[] = {
	{ "echo-reply", 0 },
	{ "unreachable", 3 },
	{ "destination-unreachable", 3 },
	{ "source-quench", 4 },
	{ "redirect", 5 },
	{ "echo-request", 8 },
	{ "router-advertisement", 9 },
	{ "router-solicitation", 10 },
	{ "time-exceeded", 11 },
	{ "parameter-problem", 12 },
	{ "timestamp-request", 13 },
	{ "timestamp-reply", 14 },
	{ "info-request", 15 },
	{ "info-reply", 16 },
	{ "address-mask-request", 17 },
	{ "address-mask-reply", 18 },
};

static const struct word icmp6_types[] = {
	{ "unreachable", 1 },
	{ "destination-unreachable", 1 },
	{ "packet-too-big", 2 },
	{ "time-exceeded", 3 },
	{ "parameter-problem", 4 },
	{ "echo-request", 128 },
	{ "echo-reply", 129 },
	{ "listener-query", 130 },
	{ "listener-report", 131 },
	{ "listener-done", 132 },
	{ "mld-listener-query", 130 },
	{ "mld-listener-report", 131 },
	{ "mld-listener-done", 132 },
	{ "mld-listener-reduction", 132 },
	{ "router-solicitation", 133 },
	{ "router-advertisement", 134 },
	{ "neighbour-solicitation", 135 },
	{ "neighbour-advertisement", 136 },
	{ "neighbor-solicitation", 135 },
	{ "neighbor-advertisement", 136 },
	{ "nd-router-solicit", 133 },
	{ "nd-router-advert", 134 },
	{ "nd-neighbor-solicit", 135 },
	{ "nd-neighbor-advert", 136 },
	{ "redirect", 137 },
	{ "nd-redirect", 137 },
	{ "router-renumbering", 138 },
	{ "inverse-neighbour-solicitation", 141 },
	{ "inverse-neighbour-advertisement", 142 },
	{ "listener-report-v2", 143 },
	{ "mld2-listener-report", 143 },
};

static const struct word icmp_codes[] = {
	{ "net", 0 },
	{ "host", 1 },
	{ "protocol", 2 },
	{ "port", 3 },
	{ "fragmentation-needed", 4 },
	{ "frag-needed", 4 },
	{ "source-route-failed", 5 },
	{ "net-unknown", 6 },
	{ "host-unknown", 7 },
	{ "host-isolated", 8 },
	{ "net-prohibited", 9 },
	{ "host-prohibited", 10 },
	{ "net-tos", 11 },
	{ "host-tos", 12 },
	{ "admin", 13 },
	{ "admin-prohibited", 13 },
	{ "host-precedence", 14 },
	{ "precedence-cutoff", 15 },
};

static const struct word icmp6_codes[] = {
	{ "net", 0 },
	{ "no-route", 0 },
	{ "admin", 1 },
	{ "admin-prohibited", 1 },
	{ "scope", 2 },
	{ "beyond-scope", 2 },
	{ "host", 3 },
	{ "address", 3 },
	{ "addr-unreachable", 3 },
	{ "port", 4 },
	{ "source-policy", 5 },
	{ "policy-fail", 5 },
	{ "reject-route", 6 },
};

static const struct word tcp_flags[] = {
	{ "fin", 0x01 }, { "syn", 0x02 }, { "rst", 0x04 }, { "psh", 0x08 },
	{ "ack", 0x10 }, { "urg", 0x20 }, { "ece", 0x40 }, { "cwr", 0x80 },
};

static const struct word dscps[] = {
	{ "cs0", 0 },	{ "be", 0 },	{ "le", 1 },	{ "cs1", 8 },
	{ "af11", 10 }, { "af12", 12 }, { "af13", 14 }, { "cs2", 16 },
	{ "af21", 18 }, { "af22", 20 }, { "af23", 22 }, { "cs3", 24 },
	{ "af31", 26 }, { "af32", 28 }, { "af33", 30 }, { "cs4", 32 },
	{ "af41", 34 }, { "af42", 36 }, { "af43", 38 }, { "cs5", 40 },
	{ "va", 44 },	{ "ef", 46 },	{ "cs6", 48 },	{ "cs7", 56 },
};

/* RFC 3168 */
static const struct word ecns[] = {
	{ "not-ect", 0 },
	{ "ect1", 1 },
	{ "ect0", 2 },
	{ "ce", 3 },
};

/* linux/if_packet.h */
static const struct word packet_types[] = {
	{ "host", 0 },	    { "unicast", 0 },	{ "broadcast", 1 },
	{ "multicast", 2 }, { "otherhost", 3 }, { "other", 3 },
};

/* enum tg_flow_fact */
static const struct word flow_facts[] = {
	{ "new", TG_FLOW_FACT_NEW },
	{ "established", TG_FLOW_FACT_ESTABLISHED },
	{ "related", TG_FLOW_FACT_RELATED },
	{ "invalid", TG_FLOW_FACT_INVALID },
};

/* enum tg_extension of progs/include/headers.h; tests compare the two. */
static const struct word extensions[] = {
	{ "hop-by-hop", 1 << 1 },  { "hbh", 1 << 1 },
	{ "routing", 1 << 2 },	   { "rt", 1 << 2 },
	{ "destination", 1 << 3 }, { "dst", 1 << 3 },
	{ "fragment", 1 << 4 },	   { "frag", 1 << 4 },
	{ "auth", 1 << 5 },	   { "ah", 1 << 5 },
};

#define TABLE(words) words, sizeof(words) / sizeof(*(words))

static const struct {
	const struct word *words;
	size_t count;
} tables[WORD_TABLES] = {
	[WORDS_ETHERTYPE] = { TABLE(ethertypes) },
	[WORDS_ARP] = { TABLE(arp_operations) },
	[WORDS_PROTOCOL] = { TABLE(protocols) },
	[WORDS_SERVICE] = { TABLE(services) },
	[WORDS_ICMP] = { TABLE(icmp_types) },
	[WORDS_ICMP6] = { TABLE(icmp6_types) },
	[WORDS_ICMP_CODE] = { TABLE(icmp_codes) },
	[WORDS_ICMP6_CODE] = { TABLE(icmp6_codes) },
	[WORDS_TCP_FLAG] = { TABLE(tcp_flags) },
	[WORDS_DSCP] = { TABLE(dscps) },
	[WORDS_ECN] = { TABLE(ecns) },
	[WORDS_PACKET_TYPE] = { TABLE(packet_types) },
	[WORDS_FLOW] = { TABLE(flow_facts) },
	[WORDS_EXTENSION] = { TABLE(extensions) },
};

bool word_value(enum word_table table, const char *name, size_t length,
		uint32_t *value)
{
	const struct word *words = tables[table].words;

	for (size_t i = 0; i < tables[table].count; i++) {
		if (strlen(words[i].name) == length &&
		    !memcmp(words[i].name, name, length)) {
			*value = words[i].value;
			return true;
		}
	}
	return false;
}

const char *word_name(enum word_table table, uint32_t value)
{
	const struct word *words = tables[table].words;

	for (size_t i = 0; i < tables[table].count; i++) {
		if (words[i].value == value)
			return words[i].name;
	}
	return NULL;
}

const char *word_at(enum word_table table, size_t n, uint32_t *value)
{
	if (n >= tables[table].count)
		return NULL;
	*value = tables[table].words[n].value;
	return tables[table].words[n].name;
}
