/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names of values. The parser, the printer, the importers and the packet
 * descriptions share these tables.
 */
#ifndef TG_POLICY_WORDS_H
#define TG_POLICY_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum word_table {
	WORDS_ETHERTYPE, /* ip, ip6, arp, ... */
	WORDS_ARP,	 /* request, reply, ... */
	WORDS_PROTOCOL,	 /* tcp, udp, gre, ... */
	WORDS_SERVICE,	 /* ssh, domain, http(s), ... */
	WORDS_ICMP,	 /* types: echo-request, ... */
	WORDS_ICMP6,
	WORDS_ICMP_CODE, /* of unreachable: net, host, port, admin, ... */
	WORDS_ICMP6_CODE,
	WORDS_TCP_FLAG,	   /* fin, syn, rst, psh, ack, urg, ece, cwr: bits */
	WORDS_DSCP,	   /* ef, af11, cs1, ... */
	WORDS_ECN,	   /* not-ect, ect1, ect0, ce */
	WORDS_PACKET_TYPE, /* host, broadcast, multicast, otherhost */
	WORDS_FLOW,	   /* new, established, related, invalid */
	WORDS_EXTENSION,   /* of enum tg_extension: bits */
	WORD_TABLES,
	NO_WORDS = WORD_TABLES,
};

/* Look up the value of a name. Returns false if the table has no such name. */
bool word_value(enum word_table table, const char *name, size_t length,
		uint32_t *value);

/* The name to print for a value, or NULL. */
const char *word_name(enum word_table table, uint32_t value);

/* The n-th name of a table, or NULL past the last: for hints and docs. */
const char *word_at(enum word_table table, size_t n, uint32_t *value);

#endif
