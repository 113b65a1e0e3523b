/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the rules of other filters to a policy. A reader (import/xt/iptables.c,
 * import/nft/nft.c) turns a file into chains of rules whose conditions are
 * those of the policy language; walk.c makes a policy of them, which says with
 * jumps and verdicts what chains say with returns, gotos and marks.
 *
 * What a reader cannot translate is in the rule's ->problem. loss.c
 * decides what becomes of such a rule, and reports it with its place and with
 * what it means: the policy lets in more, or less.
 */
#ifndef TG_POLICY_IMPORT_H
#define TG_POLICY_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "lib/arena.h"
#include "policy/language/check/demand.h"
#include "policy/language/names.h"
#include "policy/language/policy.h"
#include "policy/language/ranges.h"

#define IMPORT_SIZE_MAX ((size_t)64 << 20)
/* Of one rule, after what must be said in several ways is multiplied out. */
#define IMPORT_ALTERNATIVES_MAX 65536
/* Of the policy. A chain that returns in many places is said many times. */
#ifndef IMPORT_RULES_MAX
#define IMPORT_RULES_MAX 1000000
#endif

/* All of them hold. */
struct import_case {
	struct policy_condition *conditions;
	size_t count;
};

enum import_action {
	IMPORT_NONE, /* on with the next rule */
	IMPORT_PASS,
	IMPORT_DROP,
	IMPORT_REJECT,
	IMPORT_JUMP,
	IMPORT_GOTO,
	IMPORT_RETURN,
};

/* What the policy does otherwise than the rules that it comes from. */
enum import_effect { IMPORT_MORE = 1, IMPORT_LESS = 2 };

/* mark = (mark & ~mask) | value */
struct import_mark {
	uint32_t value, mask;
};

struct import_rule {
	/* One of the cases holds. */
	struct import_case *cases;
	size_t case_count;
	/* The rest of the chain goes on where one of these holds. */
	struct import_case *unless;
	size_t unless_count;
	enum import_action action;
	enum policy_reject reject;
	const char *target; /* of a jump: a chain */
	size_t target_chain;
	struct import_mark mark; /* set before the action */
	const char *comment;
	/* Why it is not translated, or NULL: the cases are too wide then. */
	const char *problem;
	const char *left_out; /* all but this is translated, or NULL */
	bool elsewhere;	      /* it is for another device */
	bool unknown;	      /* its action is not understood */
	bool wider, narrower; /* the cases hold for more packets, or fewer */
	bool never;	      /* not for the first packet of a connection */
	/* by import_settle_losses() */
	bool closed; /* has a problem, but is translated so that it drops */
	unsigned int effect; /* of enum import_effect */
	const char *source;  /* its text there, */
	const json_t *json;  /* or its statements in JSON of nft */
	const char *place;   /* NULL: the line and column */
	unsigned int line, column;
};

struct import_chain {
	const char *name;
	struct import_rule *rules;
	size_t count, room;
	bool needs_rest;  /* it does more than end, or go on behind the jump */
	bool is_queued;	  /* by import_settle_losses(), */
	int outcomes;	  /* as are its verdicts */
	int visit;	  /* by import_walk(), */
	const char *word; /* as are its name in the policy */
	size_t copies;	  /* and how many sub-lists have it */
};

/* What is written, once the file has been read. */
struct import {
	struct arena arena;
	const char *path;
	FILE *errors;
	struct import_chain *chains;
	size_t chain_count, chain_room;
	struct names chain_names, words; /* there, and in the policy */
	struct policy_list *lists;
	size_t list_count, list_room;
	size_t base;		/* the chain that a packet comes to first */
	bool drops;		/* what happens behind its last rule */
	uint64_t ethertypes[2]; /* that the chain sees; all if the first is 0 */
	const char *origin;	/* what was read, for the first line */
	const char *device;	/* that the policy is for, or NULL */
	bool sends;		/* the chain sees what goes out */
	bool receives;		/* it sees only what is for this machine */
	size_t rules, lost;	/* that a packet can come to; of these */
	unsigned int effect;	/* of those that are lost */
};

/* NULL where it was not said. */
struct import_options {
	const char *table;
	const char *chain;
	const char *device;
	bool ip6; /* --ip6tables: iptables' text may not tell */
};

/*
 * Each reads text (that ends in NUL behind size) into the import: 0, or a
 * negative errno after a message.
 */
int import_iptables(struct import *import, const char *text, size_t size,
		    const struct import_options *options);
int import_nft(struct import *import, const char *text, size_t size,
	       const struct import_options *options);
/* Prints as it reads: there is nothing to translate. */
int import_classbench(struct import *import, const char *text, size_t size,
		      FILE *out);

/* What becomes of rules that are not translated; reports each of them. */
void import_settle_losses(struct import *import);
/* "8 of 14 rules lost: lets in MORE"; NULL where none is. */
const char *import_loss_summary(struct import *import);
/* Behind import_settle_losses(): whether the policy has rules for this one. */
bool import_is_translated(const struct import_rule *rule);

/* The policy, with settled losses: 0, or a negative errno after a message. */
int import_walk(struct import *import, FILE *out);

void import_free(struct import *import);

/* Messages: file:line:column: message, or file: place: message. */
__attribute__((format(printf, 4, 5))) int import_error(struct import *import,
						       unsigned int line,
						       unsigned int column,
						       const char *format, ...);
__attribute__((format(printf, 3, 4))) void
import_message(struct import *import, const struct import_rule *rule,
	       const char *format, ...);

/* What the rule is there. */
const char *import_source(struct import *import,
			  const struct import_rule *rule);
const char *import_json_text(struct import *import, const json_t *value);

/* --- chains, lists, rules (rule.c) */

/* Out of memory ends the program. */
void import_names_add(struct names *names, const char *name, size_t index);
/* Any bytes can be the name of what begins with them. */
void import_keys_add(struct names *names, const void *bytes, size_t size);
size_t import_chain(struct import *import, const char *name);
/* The index of the chain, or chain_count. */
size_t import_chain_find(const struct import *import, const char *name);
/* Once all chains are known: what the rules jump to, and how they reject. */
void import_resolve_targets(struct import *import);
struct import_rule *import_rule_add(struct import *import, size_t chain,
				    const struct import_rule *rule);
/* Empty: true for each packet. */
void import_rule_init(struct import *import, struct import_rule *rule);
/* With cases of its own, which can be changed. */
struct import_rule import_rule_copy(struct import *import,
				    const struct import_rule *rule);
__attribute__((format(printf, 3, 4))) void
import_problem(struct import *import, struct import_rule *rule,
	       const char *format, ...);
/* The condition must hold, too. */
void import_and(struct import *import, struct import_rule *rule,
		struct policy_condition condition);
/* One of the cases must hold, too. */
void import_and_any(struct import *import, struct import_rule *rule,
		    const struct import_case *cases, size_t count);
/* Short for the most usual: first to last of a field, negated or not. */
void import_and_range(struct import *import, struct import_rule *rule,
		      enum policy_field field, bool negated, uint64_t first,
		      uint64_t last);
/* Conditions on the field no longer have to hold. */
void import_forget_field(struct import_rule *rule, enum policy_field field);
bool import_has_field(const struct import_rule *rule, enum policy_field field);
struct import_case import_case_of(struct import *import,
				  struct policy_condition condition);
/* (value & mask) is in the set, or not: for flags and mark. */
void import_and_bits(struct import *import, struct import_rule *rule,
		     enum policy_field field, uint64_t mask,
		     const struct ranges *set, bool negated);

/* --- what a case asks of a packet (case.c, demand.c) */

/* Simpler, where it can be; false where it never holds. */
bool import_case_simplify(struct import *import, struct import_case *one);
/* Part of that: without a family that its other conditions imply. */
bool import_case_settle(struct import *import, struct import_case *one);
/* The conditions in the form that the parser gives them. */
void import_case_finish(struct import *import, struct import_case *one);
bool import_case_is_ip(const struct import *import,
		       const struct import_case *one);
/* Conditions on the protocol leave these at most. */
bool import_case_allows_only(const struct import_case *one,
			     const struct demand *protocols);
bool import_rule_has_protocol(const struct import *import,
			      const struct import_rule *rule, uint8_t protocol);

/* --- what a frame does not show (context.c) */

/* "eth+" of iptables, "eth*" of nft: its last character stands for the rest. */
bool import_is_device(const struct import *import, const char *pattern,
		      char wildcard);
/* The device that packets come in by, or go out by, is this one, or is not. */
void import_and_device(struct import *import, struct import_rule *rule,
		       const char *pattern, char wildcard, bool outgoing,
		       bool negated);
/* Of the states of a connection that a match names: the one of a new one? */
bool import_is_new(const char *state, size_t size);
/* Each packet is judged as the first one of its connection. */
void import_and_state(struct import_rule *rule, bool holds);

/* --- conditions (condition.c) */

/* Sets live as long as the import. */
struct ranges import_set(struct import *import);
struct ranges import_set_of(struct import *import, uint64_t first,
			    uint64_t last);
struct policy_condition import_condition(enum policy_field field, bool negated,
					 const struct ranges *set);
/* First to last of a field. */
struct policy_condition import_values(struct import *import,
				      enum policy_field field, bool negated,
				      uint64_t first, uint64_t last);
/* (value & mask) is this value, or is not: for flags and mark. */
struct policy_condition import_bits(struct import *import,
				    enum policy_field field, bool negated,
				    uint64_t mask, uint64_t value);
/* One of these extension headers is there, or none of them is. */
struct policy_condition import_extensions(struct import *import, bool negated,
					  uint64_t mask);
bool import_is_bits(enum policy_field field);
/* The values for which a condition holds that has no mask. */
struct ranges import_positive(struct import *import,
			      const struct policy_condition *condition);

/* --- values (value.c): false if the text is not a value */

bool import_number(const char *text, size_t size, uint64_t max,
		   uint64_t *value);
/* An address, with "/length" or a contiguous "/mask" or not. */
bool import_prefix(const char *text, size_t size, bool ip6,
		   struct policy_range *range);
bool import_prefix_of(struct policy_value address, unsigned int length,
		      bool ip6, struct policy_range *range);
/* A number, or a name that this field has: of protocols, services, ... */
bool import_word(enum policy_field field, bool ip6, const char *text,
		 size_t size, uint64_t *value);

/* --- names and comments (name.c) */

/* On one line, and only what is text. */
const char *import_comment(struct import *import, const char *text);
/* A name for a list or a sub-list that is like this one, and nothing else's. */
const char *import_name(struct import *import, const char *name);

#endif
