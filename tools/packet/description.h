/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A parsed description, before the frame is built. Used by the describe_*.c
 * files.
 */
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
	DESCRIPTION_IP = 1 << 5, /* IPv4 with any other protocol */
	DESCRIPTION_IP6 = 1 << 6,
	DESCRIPTION_ARP = 1 << 7,
	DESCRIPTION_ETHER = 1 << 8, /* any other EtherType */
	DESCRIPTION_HEX = 1 << 9,
};

/* Kinds with ports. */
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
	/* of the fields with a clause: see description_has_clause() */
	uint32_t value[POLICY_FIELDS];
	bool has_source_port, has_target_port;
	int flow;	/* enum tg_flow_fact, or -1 */
	uint32_t limit; /* enum tg_limit_verdict + 1, or 0 */
};

/* Clauses, in the order in which description_finish() rejects them. */
enum description_clause {
	CLAUSE_ENDS, /* endpoints; no keyword */
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
	CLAUSE_FLOW,  /* its words are those of WORDS_FLOW */
	CLAUSE_LIMIT, /* 'within' or 'over' */
	CLAUSE_CUT,
	CLAUSE_FIELDS, /* from here on, one for each policy_field */
};
#define CLAUSES (CLAUSE_FIELDS + POLICY_FIELDS)

struct describe_parser {
	struct describe_reader reader;
	struct description description;
	struct described *described;
	struct describe_span kind_word, ends[2];
	struct describe_span clauses[CLAUSES]; /* keywords; size 0: absent */
	uint32_t cut;
};

/* A kind: the first word of a line. */
struct description_kind_word {
	const char *word;
	enum description_kind kind;
	int protocol, ethertype; /* -1: given by a clause, or none */
	uint8_t icmp_type;
};

/* The last entry's word is NULL. */
extern const struct description_kind_word description_kinds[];

/* A clause; parse() is called after the keyword has been consumed. */
struct description_clause_word {
	const char *word;
	unsigned int kinds;	/* allowed kinds */
	const char *kinds_text; /* the allowed kinds, for messages */
	int (*parse)(struct describe_parser *parser);
};

/*
 * The entry of a clause, or of a field whose clause is its word and a value. If
 * the field has no clause, the entry's word is NULL.
 */
struct description_clause_word description_clause_word(int clause);

/* True if the clause of the field is its word and a value. */
bool description_has_clause(enum policy_field field);

/* Parses flags separated by commas, or "none". */
bool description_flags(struct describe_span span, uint8_t *flags);

/* Checks and completes the description and fills *described. */
int description_finish(struct describe_parser *parser);

#endif
