/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State for parsing one line of iptables-save. Used by the files in import/xt.
 */
#ifndef TG_POLICY_IMPORT_IPTABLES_H
#define TG_POLICY_IMPORT_IPTABLES_H

#include "policy/import/core/import.h"

#define XT_WORDS_MAX 256
#define XT_SETS_MAX 16 /* that a rule asks */

/* A match on a set of ipset: --match-set NAME SIDES. */
struct xt_set_match {
	const char *name, *sides;
	bool negated;
};

struct xt_line {
	struct import *import;
	const struct ipset_file *ipset; /* NULL: not given */
	struct import_rule rule;
	unsigned int number;
	const char *words[XT_WORDS_MAX];
	size_t count, at;
	bool ip6;
	bool negated;		 /* '!' before the option */
	enum policy_field field; /* of the option */
	const char *module;	 /* of the last -m, or the protocol */
	uint64_t protocol;	 /* 0: none, or negated */
	bool is_loaded;		 /* by -m, which requires the header */
	const char *target;	 /* of -j or -g */
	bool is_goto;
	bool drops; /* REJECT with an unknown type */
	struct xt_set_match sets[XT_SETS_MAX];
	size_t set_count;
	/* of -m limit and -m hashlimit */
	bool has_limit;
	struct import_limit limit;
	const char *limit_mode;
	unsigned int limit_parts; /* enum import_key */
	uint64_t source_mask, target_mask;
	/* of -j SET */
	bool add_has_time;
	uint32_t add_seconds;
};

/* An option; its arguments start at line->words[line->at]. */
struct xt_option {
	const char *module; /* NULL: built-in option of iptables */
	const char *name;
	size_t arguments;
	void (*read)(struct xt_line *line, const char *const *arguments);
	enum policy_field field; /* the IPv4 one, if IPv6 has another */
};

/* The option of this module, or NULL if it has no such option. */
const struct xt_option *xt_match_option(const char *module, const char *name);
const struct xt_option *xt_target_option(const char *name);
/* True if the module's matches can be translated. */
bool xt_is_match(const char *module);
/* -p and -m, which determine the options that may follow. */
void xt_read_protocol(struct xt_line *line, const char *const *arguments);
void xt_read_module(struct xt_line *line, const char *const *arguments);
/* After the last match option: conditions that -p and -m imply. */
void xt_finish_matches(struct xt_line *line);
/* -j and -g */
void xt_read_target(struct xt_line *line, const char *name);
/* After the last target option: sets the rule's action. */
void xt_finish_target(struct xt_line *line);

void xt_not_understood(struct xt_line *line, const char *word);

/* --- helpers for option readers (match.c) */

void xt_and_set(struct xt_line *line, enum policy_field field,
		const struct ranges *set);
void xt_and_range(struct xt_line *line, enum policy_field field, uint64_t first,
		  uint64_t last);
/*
 * Splits "a,b,c": returns the next item's start, or NULL, and this one's size.
 */
const char *xt_next_item(const char *at, size_t *size);
/* Parses "FIRST:LAST", where either may be missing, or a single value. */
bool xt_read_range(struct xt_line *line, enum policy_field field,
		   const char *text, size_t size, uint64_t max,
		   struct policy_range *range);
/* Parses "value/mask"; without a mask, all bits of max. Reports errors. */
bool xt_read_masked(struct xt_line *line, const char *text, uint64_t max,
		    uint64_t *value, uint64_t *mask);

/* --- options on things not in the frame (context.c) */

void xt_read_state(struct xt_line *line, const char *const *arguments);
void xt_read_target_kind(struct xt_line *line, const char *const *arguments);
void xt_read_device(struct xt_line *line, const char *const *arguments);
void xt_read_output(struct xt_line *line, const char *const *arguments);
/* Ignores a counter, which matches everything. */
void xt_read_counter(struct xt_line *line, const char *const *arguments);

/* --- sets of ipset (set.c) */

void xt_read_match_set(struct xt_line *line, const char *const *arguments);
void xt_read_add_set(struct xt_line *line, const char *const *arguments);
void xt_read_del_set(struct xt_line *line, const char *const *arguments);
void xt_read_set_timeout(struct xt_line *line, const char *const *arguments);
/* After the last option: conditions and changes, which depend on each other. */
void xt_finish_sets(struct xt_line *line);
/*
 * Once all rules were read: a rule of a policy changes sets when it decides, so
 * changes without a verdict move to the rule that decides after them.
 */
void xt_join_changes(struct import *import);

/* --- limits (limit.c) */

void xt_start_limit(struct xt_line *line, const char *module);
void xt_check_after_limit(struct xt_line *line, const char *module);
void xt_read_limit(struct xt_line *line, const char *const *arguments);
void xt_read_burst(struct xt_line *line, const char *const *arguments);
void xt_read_limit_above(struct xt_line *line, const char *const *arguments);
void xt_read_limit_upto(struct xt_line *line, const char *const *arguments);
void xt_read_limit_mode(struct xt_line *line, const char *const *arguments);
void xt_read_limit_source_mask(struct xt_line *line,
			       const char *const *arguments);
void xt_read_limit_target_mask(struct xt_line *line,
			       const char *const *arguments);
void xt_read_limit_name(struct xt_line *line, const char *const *arguments);
void xt_ignore_limit_option(struct xt_line *line, const char *const *arguments);
/* After the last match option. */
void xt_finish_limit(struct xt_line *line);

/* --- options on fields (fields.c) */

void xt_read_tcp_flags(struct xt_line *line, const char *const *arguments);
/* A value or a range, such as "1:5", of line->field. */
void xt_read_field(struct xt_line *line, const char *const *arguments);
void xt_read_syn(struct xt_line *line, const char *const *arguments);
void xt_read_icmp_type(struct xt_line *line, const char *const *arguments);
void xt_read_ttl_less(struct xt_line *line, const char *const *arguments);
void xt_read_ttl_greater(struct xt_line *line, const char *const *arguments);
void xt_read_dscp_class(struct xt_line *line, const char *const *arguments);
void xt_read_tos(struct xt_line *line, const char *const *arguments);
void xt_read_mark(struct xt_line *line, const char *const *arguments);
void xt_read_address_range(struct xt_line *line, const char *const *arguments);
void xt_read_mac(struct xt_line *line, const char *const *arguments);
void xt_read_comment(struct xt_line *line, const char *const *arguments);

#endif
