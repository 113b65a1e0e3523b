/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reader for one table of 'nft -j list ruleset'. Used by the files in
 * import/nft.
 */
#ifndef TG_POLICY_IMPORT_NFT_H
#define TG_POLICY_IMPORT_NFT_H

#include <jansson.h>

#include "policy/import/core/import.h"

struct nft_set {
	const char *name;
	json_t *json;		       /* of the set or map */
	const char *list;	       /* its name in the policy, or NULL */
	bool is_live;		       /* its elements change */
	const struct policy_set *live; /* what it becomes then, or NULL */
	bool is_asked;		       /* a match asks it */
	unsigned int limits;	       /* rules with a limit for each element */
};

struct nft {
	struct import *import;
	json_t *objects; /* an array */
	const char *family, *table, *chain;
	bool is_link; /* family netdev or bridge: rules see frames */
	struct nft_set *sets;
	size_t set_count;
	struct names set_names;
};

enum nft_kind {
	NFT_FIELD,	/* a field of the policy */
	NFT_ETHER_TYPE, /* in the Ethernet header, before tags */
	NFT_VLAN_TYPE,	/* after the first tag */
	NFT_NEXT,	/* IPv6 next header, may be an extension */
	NFT_FRAGMENT,	/* flags and offset, 16 bits */
	NFT_EXTENSION,	/* presence of an extension header */
};

/* The left side of a match. */
struct nft_key {
	enum nft_kind kind;
	enum policy_field field;
	bool icmp6;		      /* values have ICMPv6 names */
	uint64_t add;		      /* added to values to get the field's */
	uint64_t extension;	      /* NFT_EXTENSION: its bit */
	uint64_t ethertype, protocol; /* implied by the key; 0: none */
	bool needs_ports;	      /* th: any protocol with ports */
};

#define NFT_KEYS_MAX 8

/* --- json.c */

/*
 * Parses the text; values are freed with the import. Prints one message with
 * the place on error.
 */
int nft_load(struct import *import, const char *text, size_t size,
	     json_t **root);
/* The string value of an object's member, or NULL. */
const char *nft_string(const json_t *object, const char *key);
/* The name of an object's only member; NULL if it is anything else. */
const char *nft_only_member(json_t *object, json_t **value);

/* --- key.c: false after import_problem() */
bool nft_read_key(const struct nft *nft, struct import_rule *rule, json_t *json,
		  struct nft_key *key);
/*
 * Adds the conditions that the key implies. Returns false after
 * import_problem().
 */
bool nft_and_implied(const struct nft *nft, struct import_rule *rule,
		     const struct nft_key *key);

/* --- value.c: false after import_problem() */
bool nft_read_value(struct nft *nft, struct import_rule *rule,
		    const struct nft_key *key, json_t *json,
		    struct policy_range *range);
bool nft_read_set(struct nft *nft, struct import_rule *rule,
		  const struct nft_key *key, json_t *json, struct ranges *set,
		  struct nft_set **named);
/* Combines named flags, an nft "|" expression or a list, to a mask. */
bool nft_read_bits(struct import_rule *rule, const struct nft *nft,
		   const struct nft_key *key, json_t *json, uint64_t *bits);
/* The elements of {"set": [...]} or "@name": an array, or NULL if empty. */
bool nft_elements(struct nft *nft, struct import_rule *rule, json_t *json,
		  json_t **elements, struct nft_set **named);
/* The value of {"elem": {"val": ...}}. Elements with a timeout are rejected. */
bool nft_element(const struct nft *nft, struct import_rule *rule, json_t *json,
		 json_t **value);

/* --- match.c */
void nft_match(struct nft *nft, struct import_rule *rule, json_t *match);
void nft_and_set(struct nft *nft, struct import_rule *rule,
		 const struct nft_key *key, const struct ranges *set,
		 bool negated, const char *list);
bool nft_not_understood(const struct nft *nft, struct import_rule *rule,
			const char *what);

/* --- nft.c */
bool nft_is_of_table(const struct nft *nft, json_t *object);

/* --- set.c: sets whose elements change */
void nft_find_live_sets(struct nft *nft);
/* Returns false if the right side is not such a set. */
bool nft_match_live_set(struct nft *nft, struct import_rule *rule,
			const struct nft_key *key, json_t *right, bool negated);
void nft_read_set_change(struct nft *nft, struct import_rule *rule,
			 json_t *statement);

/* --- limit.c */
void nft_read_limit(const struct nft *nft, struct import_rule *rule,
		    json_t *json);
void nft_read_meter(struct nft *nft, struct import_rule *rule, json_t *meter);
void nft_read_set_limit(struct nft *nft, struct import_rule *rule,
			json_t *statement, const struct nft_set *set);

/* --- joined.c */
void nft_match_joined(struct nft *nft, struct import_rule *rule, json_t *left,
		      const char *op, json_t *right);
bool nft_read_keys(const struct nft *nft, struct import_rule *rule,
		   json_t *left, struct nft_key *keys, size_t *count);
/* Reads the values of one element of concatenated keys. */
bool nft_read_case(struct nft *nft, struct import_rule *rule,
		   const struct nft_key *keys, size_t count, json_t *value,
		   struct import_rule *into);

/*
 * --- context.c: devices and connection states. Return false if the match or
 * the map is of another kind.
 */
bool nft_match_context(struct nft *nft, struct import_rule *rule, json_t *left,
		       const char *op, json_t *right);
bool nft_map_context(struct nft *nft, struct import_rule *rule, json_t *left,
		     json_t *pairs, size_t chain, bool *done);
/* --- map.c: returns true if the map was translated and the rule is done */
bool nft_read_map(struct nft *nft, struct import_rule *rule, json_t *map,
		  size_t chain);
/* --- mark.c */
void nft_read_mangle(const struct nft *nft, struct import_rule *rule,
		     json_t *mangle);

/* Returns false if the statement is not a verdict. */
bool nft_read_verdict(const struct nft *nft, struct import_rule *rule,
		      json_t *verdict);
/* --- statement.c: adds one rule, or several for a map */
void nft_rule(struct nft *nft, json_t *json, size_t chain);

#endif
