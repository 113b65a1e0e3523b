/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A parsed policy. The parser and the importers build it; the checker, the
 * printer, the reference matcher and the compiler read it.
 *
 * A rule is an action, a list of conditions that must all hold, and changes to
 * the packet. A condition is a field and the ranges that its value may be in.
 * A condition on a field that the packet does not have is false, negated or
 * not: "to port !80" does not match an ARP packet.
 */
#ifndef TG_POLICY_H
#define TG_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hooks.h"
#include "policy_flow.h"
#include "policy_limit.h"
#include "policy_set.h"

/* In the canonical order of the conditions of a rule; field.h has the table. */
enum policy_field {
#define FIELD(name, ...) POLICY_##name,
#include "policy/language/fields.def"
	POLICY_FIELDS,
};

/* Large enough for an IPv6 address; smaller values are in lo. */
struct policy_value {
	uint64_t hi, lo;
};

struct policy_range {
	struct policy_value first, last; /* both inclusive */
};

/* A position in the text; file is an index into the sources. */
struct policy_place {
	unsigned int file, line, column; /* line and column count from 1 */
};

/* A named set, which tools and rules change while packets flow: '@NAME'. */
struct policy_set {
	char *name;
	enum tg_set_kind kind;
	uint32_t size;	     /* entries at most */
	uint32_t timeout;    /* seconds; 0: entries have no deadline */
	unsigned int number; /* in the policy, from 0 */
	struct policy_place place;
};

/*
 * The condition holds if (value & mask) is in one of the ranges. The mask is
 * all ones except for flags, extensions and mark. An address condition with
 * IPv4 and IPv6 items is a pair of conditions: see either_family.
 */
struct policy_condition {
	enum policy_field field;
	bool negated;
	uint64_t mask;
	struct policy_range *ranges; /* sorted, disjoint, not adjacent */
	size_t count;		     /* may be 0 */
	bool borrowed; /* a list owns the ranges, until policy_free() */
	/*
	 * The IPv6 half of a set with addresses of both families, or NULL. The
	 * condition holds if the half for the packet's family does.
	 */
	struct policy_condition *either_family;
	/*
	 * The name of the list that the values come from, or NULL. The printer
	 * writes the name in place of the values. Conditions with the same
	 * pointer have the same values.
	 */
	const char *list;
	/*
	 * The set that the condition asks, or NULL. Such a condition has no
	 * ranges. Of a set with addresses, it is a pair: see either_family.
	 */
	const struct policy_set *set;
};

enum policy_action {
	POLICY_NEXT,   /* continue with the next plugin of the chain */
	POLICY_PASS,   /* leave the chain; the kernel handles the packet */
	POLICY_ACCEPT, /* as pass, and skip the later filters of tc */
	POLICY_DROP,
	POLICY_REJECT, /* drop, and send an error to the sender */
	POLICY_JUMP,   /* run the rules of a sub-list, then return */
};

enum policy_reject {
	POLICY_REJECT_AUTO, /* TCP: a reset, otherwise port unreachable */
	POLICY_REJECT_RESET,
	POLICY_REJECT_PORT,
	POLICY_REJECT_HOST,
	POLICY_REJECT_ADMIN,
};

enum policy_change_kind {
	POLICY_SET_MARK,
	POLICY_SET_PRIORITY,
	POLICY_SET_CLASS,
	POLICY_SET_DSCP,
	POLICY_REDIRECT,	 /* send from another device */
	POLICY_REDIRECT_INGRESS, /* as if another device had received it */
	POLICY_MIRROR,		 /* send a copy from another device */
	POLICY_ADD_TO_SET,	 /* what the packet has on one side */
	POLICY_DEL_FROM_SET,
	POLICY_LOG, /* write an event, for 'tailgate watch' */
};

/* Either may be NULL. Sets of two policies are compared by their numbers. */
static inline bool policy_set_is(const struct policy_set *a,
				 const struct policy_set *b)
{
	return a && b ? a->number == b->number : !a && !b;
}

static inline bool change_is_of_set(enum policy_change_kind kind)
{
	return kind == POLICY_ADD_TO_SET || kind == POLICY_DEL_FROM_SET;
}

/* Whether a rule records the flow that its packet begins. */
enum policy_keep {
	POLICY_KEEP_NOT,
	POLICY_KEEP,
	POLICY_KEEP_ELSE_DROP, /* drop the packet if there is no room */
};

#define POLICY_DEVICE_SIZE 16

struct policy_change {
	enum policy_change_kind kind;
	uint32_t value, mask;
	char device[POLICY_DEVICE_SIZE];
	/* of a set */
	const struct policy_set *set;
	enum tg_side side;
	uint8_t length4, length6; /* of the prefix that is added or deleted */
	uint32_t seconds;	  /* 0: the timeout of the set */
	/* of an event: not NUL-terminated, and in the text of the policy */
	const char *text;
	size_t text_length; /* 0: no text */
};

struct policy_limit;

struct policy_rule {
	enum policy_action action;
	enum policy_reject reject;
	enum policy_keep keep;
	struct policy_limit *limit; /* NULL: none */
	size_t target;		    /* of a jump, an index into the blocks */
	struct policy_condition *conditions;
	size_t condition_count;
	struct policy_change *changes;
	size_t change_count;
	struct policy_place place;
	/* for the printer: lines above the rule, an empty line below it */
	const char *comment;
	bool ends_paragraph;
};

/* How many packets, or bits, may pass: `amount` in `seconds`. */
struct policy_rate {
	uint64_t amount;
	uint32_t seconds; /* of bits: 1 */
	bool is_of_size;  /* bits are counted, and bytes of a burst */
	uint64_t burst;	  /* packets, or bytes */
};

/*
 * A limited rule decides about each packet that it matches: what is over the
 * limit is treated as `over` says, which has no conditions and no limit.
 */
struct policy_limit {
	struct policy_rate rate;
	enum tg_limit_per per;
	uint8_t length4, length6;   /* of the address in a key */
	enum tg_limit_verdict full; /* of a packet whose key finds no place */
	struct policy_rule over;
};

/* What the rule does with packets over its limit, or NULL. */
static inline const struct policy_rule *
policy_rule_over(const struct policy_rule *rule)
{
	return rule->limit ? &rule->limit->over : NULL;
}

/* The main list of rules, or a sub-list. */
struct policy_block {
	char *name; /* NULL for the main list, which is block 0 */
	struct policy_rule *rules;
	size_t count;
	struct policy_place place;
	const char *comment; /* lines below the last rule, or NULL */
};

/* The block 'flows'. */
struct policy_flows {
	uint32_t seconds[TG_FLOW_STATES]; /* 0: as without the block */
	bool has_vlans;			  /* VLANs are kept apart */
	struct policy_place place;	  /* line 0 if not in the text */
};

/*
 * The statements 'replies' and 'logs': the limit of all answers of 'reject'
 * together, and that of the events of each rule with 'log'.
 */
struct policy_sent_limit {
	bool is_unlimited;
	struct policy_rate rate;
	struct policy_place place; /* line 0 if not in the text */
};

/* A list to print. Only importers make these: the parser resolves lists. */
struct policy_list {
	const char *name;
	struct policy_condition values;
};

struct policy {
	const char *comment; /* lines at the top, or NULL */
	struct policy_list *lists;
	size_t list_count;
	struct policy_set *sets; /* room for TG_SETS, or NULL */
	size_t set_count;
	struct policy_block *blocks;
	size_t block_count;
	struct policy_flows flows;
	struct policy_sent_limit replies, logs;
	enum policy_action default_action; /* NEXT if not in the text */
	enum policy_keep default_keep;
	struct policy_place default_place; /* line 0 if not in the text */
	struct sources *sources;	   /* the files, for messages */
};

/*
 * True if the set of the condition is empty: the condition never holds or, if
 * it is negated, holds for every packet that has the field. An empty set is
 * valid, because lists are often generated.
 */
bool policy_condition_is_empty(const struct policy_condition *condition);

/* True if no packet can match the rule, because one of its sets is empty. */
bool policy_rule_is_empty(const struct policy_rule *rule);

/* True if a rule asks what a packet is to the flows, or keeps flows. */
bool policy_uses_flows(const struct policy *policy);

/* What the rule logs, or NULL. */
const struct policy_change *policy_rule_log(const struct policy_rule *rule);

/* The number of limited rules. */
size_t policy_limit_count(const struct policy *policy);

/* Print the values of lists, not their names, from now on. */
void policy_expand_lists(struct policy *policy);

void policy_free(struct policy *policy);

#endif
