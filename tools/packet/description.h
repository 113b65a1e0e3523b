/* SPDX-License-Identifier: GPL-2.0-only */
/* What a line says about a packet, between its words and its bytes. */
#ifndef TG_DESCRIPTION_H
#define TG_DESCRIPTION_H

#include "describe.h"
#include "describe_words.h"
#include "frames.h"
#include "policy/language/field.h"

enum description_kind {
	DESCRIPTION_TCP = 1 << 0,
	DESCRIPTION_UDP = 1 << 1,
	DESCRIPTION_SCTP = 1 << 2,
	DESCRIPTION_ICMP = 1 << 3,
	DESCRIPTION_ICMP6 = 1 << 4,
	DESCRIPTION_IP = 1 << 5, /* another protocol, over IPv4 */
	DESCRIPTION_IP6 = 1 << 6,
	DESCRIPTION_ARP = 1 << 7,
	DESCRIPTION_ETHER = 1 << 8, /* another EtherType */
	DESCRIPTION_HEX = 1 << 9,
};

/* The kinds whose header has ports. */
#define DESCRIPTION_PORTS (DESCRIPTION_TCP | DESCRIPTION_UDP | DESCRIPTION_SCTP)
#define DESCRIPTION_ICMPS (DESCRIPTION_ICMP | DESCRIPTION_ICMP6)
#define DESCRIPTION_IPS                                           \
	(DESCRIPTION_PORTS | DESCRIPTION_ICMPS | DESCRIPTION_IP | \
	 DESCRIPTION_IP6)

struct description {
	enum description_kind kind;
	struct frame frame;
	bool has_target_mac;
	bool ipv6;
	/* of the fields that description_has_clause() names */
	uint32_t value[POLICY_FIELDS];
	bool has_source_port, has_target_port;
};

/* What a line is made of, the order in which it is refused. */
enum description_clause {
	CLAUSE_ENDS, /* has no word */
	CLAUSE_VLAN,
	CLAUSE_INNER_VLAN,
	CLAUSE_MAC,
	CLAUSE_PROTO,
	CLAUSE_FLAGS,
	CLAUSE_TYPE,
	CLAUSE_CODE,
	CLAUSE_FRAGMENT,
	CLAUSE_OPTIONS,
	CLAUSE_EXTENSION,
	CLAUSE_CUT,
	CLAUSE_FIELDS, /* of description_fields, one after the other */
};
#define CLAUSES (CLAUSE_FIELDS + POLICY_FIELDS)

struct hearing {
	struct describe_reader reader;
	struct description description;
	struct described *described;
	struct describe_span kind_word, ends[2];
	struct describe_span said[CLAUSES]; /* where; of size 0: nowhere */
	uint32_t cut;
};

/* The first word of a line. */
struct description_kind_word {
	const char *word;
	enum description_kind kind;
	int protocol, ethertype; /* -1: the rest of the line tells */
	uint8_t icmp_type;
};

/* Ends with a NULL word. */
extern const struct description_kind_word description_kinds[];

/* hear() comes when the word itself has been read. */
struct description_clause_word {
	const char *word;
	unsigned int kinds; /* that it can be said of */
	const char *whose;  /* these, in words */
	int (*hear)(struct hearing *hearing);
};

/*
 * Of a clause, or of a field that is described by its word and a value; without
 * a word where there is no such clause.
 */
struct description_clause_word description_clause_word(int clause);

/* A field that is described by its word and a value, which is 0 elsewhere. */
bool description_has_clause(enum policy_field field);

/* Flags with commas between them, or none. */
bool description_flags(struct describe_span span, uint8_t *flags);

/* Checks what was heard, completes it, and fills *described. */
int description_finish(struct hearing *hearing);

#endif
