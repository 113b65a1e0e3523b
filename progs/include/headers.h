/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The result of the parser. Numbers are in host byte order; addresses stay in
 * the packet and are reached through the pointers.
 */
#ifndef TG_HEADERS_H
#define TG_HEADERS_H

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/types.h>

#define TG_VLANS_MAX 2

enum tg_network {
	TG_NET_OTHER, /* an EtherType that is not parsed */
	TG_NET_ARP,
	TG_NET_IPV4,
	TG_NET_IPV6,
};

enum tg_transport {
	TG_L4_NONE, /* another protocol, or a later fragment */
	TG_L4_TCP,
	TG_L4_UDP,
	TG_L4_SCTP,
	TG_L4_ICMP,
	TG_L4_ICMPV6,
};

enum tg_fragment {
	TG_FRAG_NONE,  /* a whole packet */
	TG_FRAG_FIRST, /* holds the transport header */
	TG_FRAG_LATER, /* has no transport header */
};

/* Extension headers met, as bits of ->extensions. */
enum tg_extension {
	TG_EXT_IPV4_OPTIONS = 1 << 0,
	TG_EXT_HOPOPTS = 1 << 1,
	TG_EXT_ROUTING = 1 << 2,
	TG_EXT_DSTOPTS = 1 << 3,
	TG_EXT_FRAGMENT = 1 << 4,
	TG_EXT_AUTH = 1 << 5,
};

/* linux/if_arp.h has these, but includes headers of the C library. */
#define TG_ARP_ETHERNET 1

struct tg_arp_fixed {
	__be16 hardware;
	__be16 protocol;
	__u8 hardware_size;
	__u8 protocol_size;
	__be16 operation;
};

/* ARP for IPv4 over Ethernet; of other kinds only the fixed part is read. */
struct tg_arp {
	struct tg_arp_fixed fixed;
	__u8 sender_mac[ETH_ALEN];
	__be32 sender_ip;
	__u8 target_mac[ETH_ALEN];
	__be32 target_ip;
} __attribute__((packed));

_Static_assert(sizeof(struct tg_arp) == 28, "as in RFC 826");

struct tg_headers {
	/* link */
	struct ethhdr *eth;
	__u16 ethertype;	      /* of what follows the tags */
	__u8 vlans;		      /* how many of vlan_tci are filled */
	__u16 vlan_tci[TG_VLANS_MAX]; /* outermost first */

	/* network */
	enum tg_network network;
	struct tg_arp *arp; /* of IPv4 over Ethernet, else NULL */
	__u16 arp_operation;
	struct iphdr *ip4; /* NULL unless network says so */
	struct ipv6hdr *ip6;
	__u8 protocol; /* of the transport header */
	__u8 extensions;
	enum tg_fragment fragment;

	/* transport */
	enum tg_transport transport;
	__u16 sport; /* TCP, UDP and SCTP */
	__u16 dport;
	__u8 tcp_flags;
	__u8 icmp_type; /* ICMP and ICMPv6 */
	__u8 icmp_code;
};

#endif
