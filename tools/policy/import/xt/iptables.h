/* SPDX-License-Identifier: GPL-2.0-only */
/* One line of iptables-save while it is read. */
#ifndef TG_POLICY_IMPORT_IPTABLES_H
#define TG_POLICY_IMPORT_IPTABLES_H

#include "policy/import/core/import.h"

#define XT_WORDS_MAX 256

struct xt_line {
	struct import *import;
	struct import_rule rule;
	unsigned int number;
	const char *words[XT_WORDS_MAX];
	size_t count, at;
	bool ip6;
	bool negated;		 /* a '!' stood before the option */
	enum policy_field field; /* that the option asks for */
	const char *module;	 /* of the last -m, or the protocol */
	uint64_t protocol;	 /* 0: none, or negated */
	bool is_loaded;		 /* by -m, which asks for a header of it */
	const char *target;	 /* of -j or -g */
	bool is_goto;
	bool drops; /* its REJECT has an answer without a word */
};

/* An option: the words behind it are line->words[line->at] and on. */
struct xt_option {
	const char *module; /* NULL: of iptables itself */
	const char *name;
	size_t arguments;
	void (*read)(struct xt_line *line, const char *const *arguments);
	enum policy_field field; /* of IPv4, where IPv6 has another one */
};

/* The option of the line's module; NULL where it has none of that name. */
const struct xt_option *xt_match_option(const char *module, const char *name);
const struct xt_option *xt_target_option(const char *name);
/* Whether what it matches can be said at all. */
bool xt_is_match(const char *module);
/* -p and -m, which choose the options that follow. */
void xt_read_protocol(struct xt_line *line, const char *const *arguments);
void xt_read_module(struct xt_line *line, const char *const *arguments);
/* Behind the last option: what -p and -m mean by themselves. */
void xt_finish_matches(struct xt_line *line);
/* -j and -g */
void xt_read_target(struct xt_line *line, const char *name);
/* Behind that: the action. */
void xt_finish_target(struct xt_line *line);

void xt_not_understood(struct xt_line *line, const char *word);

/* --- what the readers of options share (match.c) */

void xt_and_set(struct xt_line *line, enum policy_field field,
		const struct ranges *set);
void xt_and_range(struct xt_line *line, enum policy_field field, uint64_t first,
		  uint64_t last);
/* "a,b,c": the size of the first item, and the second or NULL. */
const char *xt_next_item(const char *at, size_t *size);
/* "first:last", either of which may be missing, or one value. */
bool xt_read_range(struct xt_line *line, enum policy_field field,
		   const char *text, size_t size, uint64_t max,
		   struct policy_range *range);
/* "value/mask", or a value and all bits up to max; else it is a problem. */
bool xt_read_masked(struct xt_line *line, const char *text, uint64_t max,
		    uint64_t *value, uint64_t *mask);

/* --- options that ask for what a frame may not show (context.c) */

void xt_read_state(struct xt_line *line, const char *const *arguments);
void xt_read_target_kind(struct xt_line *line, const char *const *arguments);
void xt_read_device(struct xt_line *line, const char *const *arguments);
void xt_read_output(struct xt_line *line, const char *const *arguments);
/* It counts, and asks for nothing. */
void xt_read_counter(struct xt_line *line, const char *const *arguments);

/* --- options that ask for a field (fields.c) */

/* A value or a range of a field, such as "1:5". */
void xt_read_tcp_flags(struct xt_line *line, const char *const *arguments);
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
