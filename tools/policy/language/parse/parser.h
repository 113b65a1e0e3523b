/* SPDX-License-Identifier: GPL-2.0-only */
/* Internal interfaces between the parts of the parser. */
#ifndef TG_POLICY_PARSER_H
#define TG_POLICY_PARSER_H

#include "policy/language/text/diagnostic.h"
#include "policy/language/text/lexer.h"
#include "policy/language/field.h"
#include "policy/language/limits.h"
#include "policy/language/names.h"
#include "policy_parse.h"
#include "policy/language/set_kind.h"
#include "policy/language/ranges.h"
#include "policy/language/rate.h"
#include "policy/language/text/source.h"
#include "policy/language/text/suggest.h"

enum item_kind {
	ITEM_NUMBER, /* or a word that names one */
	ITEM_IP4,
	ITEM_IP6,
	ITEM_MAC,
	ITEM_KINDS,
};

/* If an end is a word, its hi is the length and its lo points to the text. */
struct item {
	enum item_kind kind;
	bool first_is_word, last_is_word;
	struct policy_value first, last;
	struct policy_place place;
};

/* Addresses: the ranges of IPv4 and of IPv6. Other values: ranges[0] only. */
struct value_set {
	struct ranges ranges[2];
};

/* The values of a list in fields of one kind, resolved on first use. */
struct resolved {
	struct resolved *next;
	enum value_kind kind;
	bool is_good;
	struct value_set set;
	char *name; /* of the list; conditions point to it */
};

struct list {
	const char *name;
	size_t length;
	struct policy_place place;
	bool is_broken; /* it has an error, which has been reported */
	struct item *items;
	size_t count, room;
	struct resolved *resolved;
};

struct block_state {
	const char *name;
	size_t length;
	struct policy_place used; /* the first jump to it; line 0: none */
	bool is_defined;
	size_t room;  /* for rules */
	size_t depth; /* of nested jumps, including this; 0: not yet known */
	size_t rules; /* including the rules that jumps run, each time */
	bool is_open; /* on the current path of measure_jumps() */
};

/* The rule that is being parsed. The next rule reuses the arrays. */
struct rule_state {
	struct policy_rule rule;
	struct policy_limit limit;   /* rule.limit points to it, or is NULL */
	struct policy_rule *acting;  /* gets changes: the rule, or limit.over */
	struct policy_place *places; /* of the conditions */
	size_t condition_room, place_room, change_room, over_room;
	bool has_icmp, has_icmp6;
	bool needs_icmp, needs_icmp6; /* a 'type' was parsed as one of these */
};

struct parser {
	struct policy *policy;
	struct diagnostics *diagnostics;
	struct lexer lexer;
	struct token token;
	struct policy_place previous_end; /* of the previous token */

	bool alone;	 /* ignore includes, and allow undefined names */
	bool no_include; /* the text is not from a file */
	unsigned int includes[POLICY_INCLUDES_MAX]; /* the including files */
	unsigned int depth;
	bool resume; /* after an error, parse from this token on */

	size_t block;		    /* the block that rules are added to */
	struct policy_place opened; /* the open sub-list, or line 0 */
	unsigned int opened_depth;  /* of includes, where it was opened */
	size_t opened_within;	    /* number of sub-lists nested in error */

	struct list *lists;
	size_t list_count, list_room;
	struct names list_names;
	bool set_is_broken[TG_SETS]; /* the declaration had an error */
	uint8_t lengths[TG_POLICY_SET_LENGTHS]; /* that rules change, as forms
						 */
	size_t length_count;
	struct block_state *blocks; /* parallel to policy->blocks */
	size_t block_room, state_room;
	struct names block_names;

	struct rule_state rule;
	size_t rule_count, item_count, range_count, limit_count;
	bool is_over; /* stop: out of memory, or a limit was reached */
	int error;
};

/* parse.c */
void advance(struct parser *parser);
bool accept_word(struct parser *parser, const char *word);
bool accept_sign(struct parser *parser, char sign);
bool is_line_end(const struct parser *parser);
bool out_of_memory(struct parser *parser);
bool fail_expected(struct parser *parser, const char *what);
__attribute__((format(printf, 3, 4))) bool fail_at(struct parser *parser,
						   struct policy_place place,
						   const char *format, ...);
bool fail_limit(struct parser *parser, const char *what, size_t limit);

/* line.c: statements */
void parse_lines(struct parser *parser);

/* block.c: sub-lists and jumps */
bool parse_name(struct parser *parser, const char *what, struct token *name);
bool add_main_block(struct parser *parser);
bool block_named(struct parser *parser, const struct token *name,
		 size_t *block);
bool parse_sublist(struct parser *parser);
bool close_sublist(struct parser *parser);
void check_sublist_closed(struct parser *parser);
void check_blocks(struct parser *parser);

/* list.c */
bool parse_list(struct parser *parser);
struct list *list_named(struct parser *parser, const char *name, size_t length);
struct resolved *list_resolve(struct parser *parser, struct list *list,
			      enum value_kind kind, struct policy_place place);
void suggest_lists(struct parser *parser, struct suggestion *suggestion);
void lists_free(struct parser *parser);

/* item.c: values as written, before their field is known */
typedef bool take_item(struct parser *parser, const struct item *item,
		       void *context);
bool parse_items(struct parser *parser, const char *what, take_item *take,
		 void *context);
bool skip_newlines(struct parser *parser);
bool is_left_open(struct parser *parser, bool at_line_start);

/* literal.c: one value */
bool read_number(const char *text, size_t length, uint64_t *value);
bool parse_literal(struct parser *parser, const char *what,
		   enum item_kind *kind, bool *is_word,
		   struct policy_value *value);
bool parse_number(struct parser *parser, const char *what, uint64_t max,
		  uint64_t *value);
bool parse_prefix(struct parser *parser, struct item *item);

/* resolve.c: the values of an item in a field */
const char *kind_name(enum value_kind kind);
const char *item_text(const struct item *item, size_t *length);
const char *items_name(const struct item *item); /* "numbers" */
bool is_range_item(const struct item *item);
bool suits_kind(const struct item *item, enum value_kind kind);
bool resolve_item(struct parser *parser, enum value_kind kind,
		  const struct item *item, struct policy_place place,
		  struct value_set *set);
bool is_known_word(const char *word, size_t length);
void suggest_known_words(struct suggestion *suggestion);

/* set.c: sets in a field */
struct parsed_set {
	bool negated;
	const char *list; /* the name, if the set is a single list */
	const struct policy_set *named; /* or NULL */
	struct value_set values;
};
bool starts_set(const struct parser *parser);
bool parse_set(struct parser *parser, enum value_kind kind,
	       struct parsed_set *set);
bool parse_set_field(struct parser *parser, enum value_kind kind,
		     enum policy_field field, struct policy_place place);

/* declare_set.c, use_set.c: named sets */
bool parse_declaration(struct parser *parser);
bool fail_name_of_both(struct parser *parser, const struct token *name,
		       const char *other, struct policy_place place);
struct policy_set *set_named(const struct parser *parser, const char *name,
			     size_t length);
bool is_set_name(const struct token *token);
/* With ->alone, *set is NULL if the set is declared elsewhere. */
bool parse_set_use(struct parser *parser, enum value_kind values,
		   const struct policy_set **set);
bool fail_set_as_value(struct parser *parser, const struct token *token);
bool parse_add(struct parser *parser, struct policy_place place);
bool parse_del(struct parser *parser, struct policy_place place);

/* flow.c */
bool is_flow_word(const struct token *token);
bool starts_flow_set(const struct parser *parser);
bool parse_flow_set(struct parser *parser, struct policy_place place);
bool parse_keep(struct parser *parser, struct policy_place place);
bool parse_keep_clause(struct parser *parser, enum policy_action action,
		       enum policy_keep *keep, struct policy_place place);
bool parse_flows(struct parser *parser);

/* rate.c; the burst has to follow the rate */
bool parse_rate(struct parser *parser, struct policy_rate *rate);
bool parse_burst(struct parser *parser, struct policy_rate *rate);

/* limit.c */
bool parse_limit(struct parser *parser, struct policy_place place);
bool hint_limit_word(struct parser *parser);

/* sent.c */
bool parse_log(struct parser *parser, struct policy_place place);
bool parse_replies(struct parser *parser);
bool parse_logs(struct parser *parser);

/* time.c */
bool parse_time(struct parser *parser, uint32_t *seconds);

/* rule.c */
bool parse_rule(struct parser *parser);
bool parse_with(struct parser *parser);
void rule_state_free(struct rule_state *state);
struct policy_condition *add_condition(struct parser *parser,
				       enum policy_field field,
				       struct policy_place place);
struct policy_condition *add_value(struct parser *parser,
				   enum policy_field field, uint64_t first,
				   uint64_t last, struct policy_place place);

/*
 * match.c, special.c, change.c: parse a clause whose first word, at `place`,
 * has been read. change_clause() returns NULL if the word starts no change.
 */
typedef bool parse_clause(struct parser *parser, struct policy_place place);
parse_clause *change_clause(const struct token *token);
bool add_change(struct parser *parser, const struct policy_change *change,
		struct policy_place place);

/* A condition: a clause with its own parser, or a word and a set. */
struct match_clause {
	const char *word; /* NULL: no such clause */
	parse_clause *parse;
	enum policy_field field; /* if parse is NULL */
};
struct match_clause match_clause(const struct token *token);
bool parse_match(struct parser *parser, const struct match_clause *clause,
		 struct policy_place place);
/* The n-th word that starts a condition, or NULL past the last. */
const char *match_word(size_t n);
bool parse_type(struct parser *parser, struct policy_place place);
bool parse_flags(struct parser *parser, struct policy_place place);
bool parse_syn(struct parser *parser, struct policy_place place);
bool parse_extension(struct parser *parser, struct policy_place place);
bool parse_mark(struct parser *parser, struct policy_place place);
bool parse_masked(struct parser *parser, uint64_t *value, uint64_t *mask);

/* hint.c */
void hint_negation(struct parser *parser);
void hint_separator(struct parser *parser);
void hint_slash(struct parser *parser, const char *what);
void hint_flags(struct parser *parser, const struct token *first,
		uint64_t flags);
bool hint_instead(struct parser *parser);

/* keywords.c */
bool is_action(const struct token *token, enum policy_action *action);
bool is_statement(const struct token *token);
bool is_keyword(const struct token *token);
bool is_reserved(const struct token *token);
void hint_statement(struct parser *parser, const struct token *token);
bool hint_sign(struct parser *parser, const struct token *token);
void hint_clause(struct parser *parser, const struct token *token);
void hint_word(struct parser *parser, struct suggestion *suggestion);
bool fail_reserved(struct parser *parser, const struct token *token);

/* sense.c: reject rules that no packet can match */
bool check_sense(struct parser *parser);

#endif
