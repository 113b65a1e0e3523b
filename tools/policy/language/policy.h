/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy in memory, as its text says it: what the parser makes, and what the
 * checker, the printer, the reference matcher and the compiler read.
 *
 * A rule is an action, a list of conditions that must all hold, and changes to
 * the packet. A condition is one field and the ranges that its value may be
 * in. Fields that a packet does not have hold for no condition, negated or
 * not: "to !port 80" says nothing about ARP.
 */
#ifndef TG_POLICY_H
#define TG_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hooks.h"

/* What can be asked of a packet, in the canonical order of a rule: field.h. */
enum policy_field {
#define FIELD(name, ...) POLICY_##name,
#include "policy/language/fields.def"
	POLICY_FIELDS,
};

/* Big enough for an IPv6 address; smaller values stand in lo. */
struct policy_value {
	uint64_t hi, lo;
};

struct policy_range {
	struct policy_value first, last; /* both inclusive */
};

/*
 * (value & mask) is in one of the ranges; mask is all ones but for flags,
 * extensions and mark. An address condition with IPv4 and IPv6 items is two
 * conditions that share an alternative: see either_family.
 */
struct policy_condition {
	enum policy_field field;
	bool negated;
	uint64_t mask;
	struct policy_range *ranges; /* sorted, disjoint, not adjacent */
	size_t count;		     /* may be 0 */
	bool borrowed; /* ranges belong to a list, and go with the policy */
	/*
	 * The other half of a list with addresses of both families, or NULL.
	 * The condition holds where the half of the packet's family does.
	 */
	struct policy_condition *either_family;
	/*
	 * The name of the list that the values are from, or NULL; it is printed
	 * in their place. The same pointer means the same values.
	 */
	const char *list;
};

enum policy_action {
	POLICY_NEXT,   /* on along the chain */
	POLICY_PASS,   /* end of the chain, over to the kernel */
	POLICY_ACCEPT, /* the same, and no later filter of tc */
	POLICY_DROP,
	POLICY_REJECT, /* drop, and tell the sender */
	POLICY_JUMP,   /* the rules of a sub-list, then back */
};

enum policy_reject {
	POLICY_REJECT_AUTO, /* reset for TCP, else port unreachable */
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
	POLICY_REDIRECT,	 /* out of another device */
	POLICY_REDIRECT_INGRESS, /* as if another device had received it */
	POLICY_MIRROR,		 /* a copy out of another device */
};

#define POLICY_DEVICE_SIZE 16

struct policy_change {
	enum policy_change_kind kind;
	uint32_t value, mask;
	char device[POLICY_DEVICE_SIZE];
};

/* Where something stands: file is an index into the sources. */
struct policy_place {
	unsigned int file, line, column; /* counted from 1, but for file */
};

struct policy_rule {
	enum policy_action action;
	enum policy_reject reject;
	size_t target; /* of a jump: an index into the blocks */
	struct policy_condition *conditions;
	size_t condition_count;
	struct policy_change *changes;
	size_t change_count;
	struct policy_place place;
	/* to print: lines above the rule, and an empty line below it */
	const char *comment;
	bool ends_paragraph;
};

/* The main list of rules, or a sub-list. */
struct policy_block {
	char *name; /* NULL for the main list, which is block 0 */
	struct policy_rule *rules;
	size_t count;
	struct policy_place place;
	const char *comment; /* lines below the last rule, or NULL */
};

/* A list to print. The parser makes none: it resolves the lists of the text. */
struct policy_list {
	const char *name;
	struct policy_condition values;
};

struct policy {
	const char *comment; /* lines above all else, or NULL */
	struct policy_list *lists;
	size_t list_count;
	struct policy_block *blocks;
	size_t block_count;
	enum policy_action default_action; /* NEXT unless the text says */
	struct policy_place default_place; /* line 0 unless the text says */
	struct sources *sources;	   /* the files, for messages */
};

/*
 * Without a value: it never holds, and negated for every packet that has the
 * field. The set of a condition may be empty, as a list that is fetched is on
 * some days.
 */
bool policy_condition_is_empty(const struct policy_condition *condition);

/* A rule that no packet can match, as one of its sets is empty. */
bool policy_rule_is_empty(const struct policy_rule *rule);

/* Makes the rules print values in place of the names of lists. */
void policy_expand_lists(struct policy *policy);

void policy_free(struct policy *policy);

#endif
