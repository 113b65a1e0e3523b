/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Translates rules of other filters to a policy. A reader (xt/iptables.c,
 * nft/nft.c) parses a file into chains of rules with conditions of the policy
 * language; walk.c then expresses returns, gotos and marks as jumps and
 * verdicts.
 *
 * If a reader cannot translate a rule, it sets ->problem. loss.c decides how
 * such a rule is handled, and reports it with its place and its effect: the
 * policy lets in more, or less.
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
/* Limit of cases per rule, after expanding alternatives. */
#define IMPORT_ALTERNATIVES_MAX 65536
/*
 * Limit for the policy. Rules after a return are written once for each place.
 */
#ifndef IMPORT_RULES_MAX
#define IMPORT_RULES_MAX 1000000
#endif

/* Conditions that all have to hold. */
struct import_case {
	struct policy_condition *conditions;
	size_t count;
};

enum import_action {
	IMPORT_NONE, /* continue with the next rule */
	IMPORT_PASS,
	IMPORT_DROP,
	IMPORT_REJECT,
	IMPORT_JUMP,
	IMPORT_GOTO,
	IMPORT_RETURN,
};

/* How the policy's result differs from that of the original rules. */
enum import_effect { IMPORT_MORE = 1, IMPORT_LESS = 2 };

/* mark = (mark & ~mask) | value */
struct import_mark {
	uint32_t value, mask;
};

/* A condition on how many packets there were. */
struct import_limit {
	struct policy_rate rate;
	enum tg_limit_per per;
	uint8_t length4, length6;
	enum tg_limit_verdict full;
	bool is_above; /* the rule is for packets over the limit */
	/*
	 * The rule that decides about the others, or NULL: the policy of the
	 * base chain. import_settle_limits() sets it.
	 */
	const struct import_rule *next;
	size_t written; /* rules of the policy that have it */
};

/* What a limit has a key of, as bits. */
enum import_key {
	IMPORT_KEY_FROM = 1,
	IMPORT_KEY_TO = 2,
	IMPORT_KEY_FROM_PORT = 4,
	IMPORT_KEY_TO_PORT = 8,
	IMPORT_KEY_FLOW = 15,
};

struct import_rule {
	/* One of the cases has to hold. */
	struct import_case *cases;
	size_t case_count;
	/* Exceptions: if one holds, the rule does not match. */
	struct import_case *unless;
	size_t unless_count;
	enum import_action action;
	enum policy_reject reject;
	const char *target; /* chain to jump to */
	size_t target_chain;
	struct import_mark mark;       /* set before the action */
	struct import_limit *limit;    /* or NULL */
	bool logs;		       /* its packets */
	const char *log;	       /* the text, or NULL */
	struct policy_change *changes; /* of sets: room for 4, or NULL */
	size_t change_count;
	bool changes_sets; /* even if it cannot be translated */
	const char *comment;
	/*
	 * Why it cannot be translated, or NULL. If set, the cases match too
	 * much.
	 */
	const char *problem;
	const char *left_out; /* the part that is not translated, or NULL */
	bool elsewhere;	      /* for another device */
	bool unknown;	      /* its action is not known */
	bool wider, narrower; /* cases match more packets, or fewer */
	/* set by import_settle_losses(): */
	bool closed; /* cannot be translated and drops all packets it may match
		      */
	unsigned int effect; /* enum import_effect flags */
	const char *source;  /* original text, or */
	const json_t *json;  /* the statements as nft's JSON */
	const char *place;   /* NULL: use line and column */
	unsigned int line, column;
};

struct import_chain {
	const char *name;
	struct import_rule *rules;
	size_t count, room;
	bool needs_rest;  /* its sub-lists depend on what follows the jump */
	bool is_queued;	  /* set by import_settle_losses() */
	int outcomes;	  /* set by import_settle_losses() */
	int visit;	  /* set by import_walk() */
	const char *word; /* name in the policy */
	size_t copies;	  /* number of sub-lists made of it */
};

struct ipset_file;

/* The result of reading, and the state of the translation. */
struct import {
	struct arena arena;
	const char *path;
	FILE *errors;
	struct import_chain *chains;
	size_t chain_count, chain_room;
	struct names chain_names,
		words,	     /* original names, and names in the policy */
		limit_names; /* of hashlimit */
	struct policy_list *lists;
	size_t list_count, list_room;
	struct policy_set *sets; /* room for TG_SETS, or NULL */
	size_t set_count;
	size_t base;		/* index of the base chain */
	bool drops;		/* policy of the base chain is drop */
	uint64_t ethertypes[2]; /* EtherTypes the chain sees; first 0: all */
	const char *origin;	/* of the rules, for the policy's head */
	const char *device;	/* that the policy is for, or NULL */
	bool sends;		/* the chain sees sent packets */
	bool receives;		/* the chain only sees packets to this host */
	/* rules ask for states of connections; import_settle_losses() sets it
	 */
	bool asks_flows;
	size_t rules, lost;  /* reachable rules; lost ones of these */
	unsigned int effect; /* of the lost rules */
};

/* Options that were not given are NULL. */
struct import_options {
	const char *table;
	const char *chain;
	const char *device;
	bool ip6; /* --ip6tables, if the text does not tell */
	const struct ipset_file *ipset;
};

/*
 * Parses the text, which is NUL-terminated after `size` bytes, into `import`.
 * Returns 0, or a negative errno after printing a message.
 */
int import_iptables(struct import *import, const char *text, size_t size,
		    const struct import_options *options);
int import_nft(struct import *import, const char *text, size_t size,
	       const struct import_options *options);
/*
 * Parses what 'ipset save' prints into `file`, which is freed with the import,
 * but for ipset_free(). `text` has to stay.
 */
int import_ipset(struct import *import, const char *text, size_t size,
		 struct ipset_file *file);
/* Prints rules while reading; there is nothing to translate. */
int import_classbench(struct import *import, const char *text, size_t size,
		      FILE *out);

/*
 * In a policy the rule that decides logs. Gives rules that only log the verdict
 * of the rule that decides about their packets.
 */
void import_settle_logs(struct import *import);
/*
 * Finds out what the rules after each limit do with packets that do not meet
 * it.
 */
void import_settle_limits(struct import *import);
/*
 * Decides how rules that cannot be translated are handled, and reports each
 * one.
 */
void import_settle_losses(struct import *import);
/* "8 of 14 rules lost: lets in MORE"; NULL if no rule is lost. */
const char *import_loss_summary(struct import *import);
/* True if the policy has rules for this rule. After import_settle_losses(). */
bool import_is_translated(const struct import_rule *rule);

/*
 * Writes the policy, after import_settle_losses(). Returns 0, or a negative
 * errno after printing a message.
 */
int import_walk(struct import *import, FILE *out);

void import_free(struct import *import);

/*
 * Prints "FILE:LINE:COLUMN: MESSAGE", or "FILE: PLACE: MESSAGE". Returns
 * -EINVAL.
 */
__attribute__((format(printf, 4, 5))) int import_error(struct import *import,
						       unsigned int line,
						       unsigned int column,
						       const char *format, ...);
__attribute__((format(printf, 3, 4))) void
import_message(struct import *import, const struct import_rule *rule,
	       const char *format, ...);

/* The original text of the rule. */
const char *import_source(struct import *import,
			  const struct import_rule *rule);
const char *import_json_text(struct import *import, const json_t *value);

/* --- chains, lists, rules (rule.c) */

/* Exits the program if out of memory. */
void import_names_add(struct names *names, const char *name, size_t index);
/* The same for a binary key, which has to be the start of the item. */
void import_keys_add(struct names *names, const void *bytes, size_t size);
size_t import_chain(struct import *import, const char *name);
/* The index of the chain, or chain_count if it does not exist. */
size_t import_chain_find(const struct import *import, const char *name);
/* Sets target chains and reject types, once all chains are known. */
void import_resolve_targets(struct import *import);
struct import_rule *import_rule_add(struct import *import, size_t chain,
				    const struct import_rule *rule);
/* Initializes a rule that matches every packet. */
void import_rule_init(struct import *import, struct import_rule *rule);
/* A copy with its own cases, which can be modified. */
struct import_rule import_rule_copy(struct import *import,
				    const struct import_rule *rule);
__attribute__((format(printf, 3, 4))) void
import_problem(struct import *import, struct import_rule *rule,
	       const char *format, ...);
/* Adds a condition that has to hold as well. */
void import_and(struct import *import, struct import_rule *rule,
		struct policy_condition condition);
/* Adds cases of which one has to hold as well. */
void import_and_any(struct import *import, struct import_rule *rule,
		    const struct import_case *cases, size_t count);
/* Shorthand for a range of values of a field, possibly negated. */
void import_and_range(struct import *import, struct import_rule *rule,
		      enum policy_field field, bool negated, uint64_t first,
		      uint64_t last);
/* Removes all conditions on the field. */
void import_forget_field(struct import_rule *rule, enum policy_field field);
bool import_has_field(const struct import_rule *rule, enum policy_field field);
struct import_case import_case_of(struct import *import,
				  struct policy_condition condition);
/* Adds "(value & mask) is in the set", or its negation, for flags and marks. */
void import_and_bits(struct import *import, struct import_rule *rule,
		     enum policy_field field, uint64_t mask,
		     const struct ranges *set, bool negated);

/* --- sets that change (set.c) */

/* A unique name for a set, similar to the given one. */
const char *import_set_name(struct import *import, const char *name);
/* Adds a set to the policy; NULL if it has as many as a policy can have. */
const struct policy_set *import_set_declare(struct import *import,
					    const struct policy_set *like);
/* A change of a set that the rule makes when it decides. */
void import_add_change(struct import *import, struct import_rule *rule,
		       const struct policy_change *change);
bool import_has_verdict(const struct import_rule *rule);
/* Once the rule's action is known: a rule without a verdict changes no set. */
void import_check_changes(struct import *import, struct import_rule *rule);

/* --- logs (log.c) */

/* `prefix`: its text, or NULL. */
void import_add_log(struct import *import, struct import_rule *rule,
		    const char *prefix);

/* --- limits (limit.c) */

/* False if the case never holds. */
bool import_simplified(struct import *import, const struct import_case *from,
		       struct import_case *to);
/*
 * The rule after this one that decides about all packets of the case, or NULL:
 * the policy of the base chain. False if that is not the same for all, or not
 * known.
 */
bool import_find_next(struct import *import, size_t chain, size_t at,
		      const struct import_case *one,
		      const struct import_rule **next);
void import_add_limit(struct import *import, struct import_rule *rule,
		      const struct import_limit *limit);
/*
 * Sets what the limit is per, once the conditions of the rule are known: parts
 * that they fix are left out. False if there is no such key.
 */
bool import_limit_key(struct import_limit *limit,
		      const struct import_rule *rule, unsigned int parts);

/* --- requirements of a case (case.c, demand.c) */

/* Merges conditions. Returns false if the case never holds. */
bool import_case_simplify(struct import *import, struct import_case *one);
/*
 * Removes a family condition that is implied by others. Part of
 * import_case_simplify().
 */
bool import_case_settle(struct import *import, struct import_case *one);
/* Brings the conditions into the parser's form. */
void import_case_finish(struct import *import, struct import_case *one);
bool import_case_is_ip(const struct import *import,
		       const struct import_case *one);
/* True if the case restricts the protocol to these values. */
bool import_case_allows_only(const struct import_case *one,
			     const struct demand *protocols);
bool import_rule_has_protocol(const struct import *import,
			      const struct import_rule *rule, uint8_t protocol);

/* --- device and connection state (context.c) */

/*
 * Matches a pattern such as "eth+" of iptables or "eth*" of nft against the
 * device.
 */
bool import_is_device(const struct import *import, const char *pattern,
		      char wildcard);
/* Adds a condition on the input or output device, possibly negated. */
void import_and_device(struct import *import, struct import_rule *rule,
		       const char *pattern, char wildcard, bool outgoing,
		       bool negated);
/* Connection states that a match names. */
struct import_states {
	unsigned int facts; /* of enum tg_flow_fact, as bits */
	/* one without equivalent, or NULL */
	const char *untracked, *other;
};
void import_state_add(struct import *import, struct import_states *states,
		      const char *text, size_t size);
/* Adds a condition that the packet is one of these to its flow, or none. */
void import_and_state(struct import *import, struct import_rule *rule,
		      const struct import_states *states, bool negated);
/*
 * A rule that passes new packets keeps their flow, as nf_conntrack does, if
 * rules ask for states.
 */
enum policy_keep import_keeps(const struct import *import,
			      const struct import_case *one);

/* --- conditions (condition.c) */

/* An empty set, which is freed with the import. */
struct ranges import_set(struct import *import);
struct ranges import_set_of(struct import *import, uint64_t first,
			    uint64_t last);
struct policy_condition import_condition(enum policy_field field, bool negated,
					 const struct ranges *set);
/* A range of values of a field. */
struct policy_condition import_values(struct import *import,
				      enum policy_field field, bool negated,
				      uint64_t first, uint64_t last);
/* "(value & mask) is this value", or its negation, for flags and marks. */
struct policy_condition import_bits(struct import *import,
				    enum policy_field field, bool negated,
				    uint64_t mask, uint64_t value);
/* One of these extension headers is present, or none is. */
struct policy_condition import_extensions(struct import *import, bool negated,
					  uint64_t mask);
bool import_is_bits(enum policy_field field);
/* The values for which a condition without a mask holds. */
struct ranges import_positive(struct import *import,
			      const struct policy_condition *condition);

/* --- values (value.c): false if the text is not a value */

bool import_number(const char *text, size_t size, uint64_t max,
		   uint64_t *value);
/* Parses an address, optionally with "/LENGTH" or a contiguous "/MASK". */
bool import_prefix(const char *text, size_t size, bool ip6,
		   struct policy_range *range);
bool import_prefix_of(struct policy_value address, unsigned int length,
		      bool ip6, struct policy_range *range);
/* Parses a number, or one of the field's names: protocols, services, ... */
bool import_word(enum policy_field field, bool ip6, const char *text,
		 size_t size, uint64_t *value);

/* --- names and comments (name.c) */

/* The text on one line, printable and valid UTF-8. */
const char *import_comment(struct import *import, const char *text);
/* A unique name for a list or a sub-list, similar to the given one. */
const char *import_name(struct import *import, const char *name);

#endif
