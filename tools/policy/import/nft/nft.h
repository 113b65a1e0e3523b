/* SPDX-License-Identifier: GPL-2.0-only */
/* One table of 'nft -j list ruleset', and what its rules are made of. */
#ifndef TG_POLICY_IMPORT_NFT_H
#define TG_POLICY_IMPORT_NFT_H

#include <jansson.h>

#include "policy/import/core/import.h"

struct nft_set {
	const char *name;
	json_t *json;	  /* of the set or map */
	const char *list; /* its name in the policy, once it has one */
};

struct nft {
	struct import *import;
	json_t *objects; /* an array */
	const char *family, *table, *chain;
	bool is_link; /* netdev and bridge: frames, and not packets */
	struct nft_set *sets;
	size_t set_count;
	struct names set_names;
};

enum nft_kind {
	NFT_FIELD,	/* of the policy, too */
	NFT_ETHER_TYPE, /* as the frame has it, before its tags */
	NFT_VLAN_TYPE,	/* behind the first tag */
	NFT_NEXT,	/* of the IPv6 header, perhaps an extension */
	NFT_FRAGMENT,	/* 16 bits with flags and the offset */
	NFT_EXTENSION,	/* is there, or is not */
};

/* What stands left in a match. */
struct nft_key {
	enum nft_kind kind;
	enum policy_field field;
	bool icmp6;	    /* whose names values have */
	uint64_t add;	    /* to values, so that they are those of the field */
	uint64_t extension; /* NFT_EXTENSION: its bit */
	uint64_t ethertype, protocol; /* that come with it; 0: none */
	bool needs_ports; /* th: of whatever protocol the rule names */
};

#define NFT_KEYS_MAX 8

/* json.c */

/*
 * The values of the text, which live as long as the import. An error is one
 * line, with its place.
 */
int nft_load(struct import *import, const char *text, size_t size,
	     json_t **root);
/* The string that a member of an object is, or NULL. */
const char *nft_string(const json_t *object, const char *key);
/* Of an object with one member: its name. NULL for all else. */
const char *nft_only_member(json_t *object, json_t **value);

/* key.c: false after import_problem() */
bool nft_read_key(const struct nft *nft, struct import_rule *rule, json_t *json,
		  struct nft_key *key);
/* What must hold so that the key is there; false after import_problem(). */
bool nft_and_implied(const struct nft *nft, struct import_rule *rule,
		     const struct nft_key *key);

/* value.c: the same */
bool nft_read_value(struct nft *nft, struct import_rule *rule,
		    const struct nft_key *key, json_t *json,
		    struct policy_range *range);
bool nft_read_set(struct nft *nft, struct import_rule *rule,
		  const struct nft_key *key, json_t *json, struct ranges *set,
		  struct nft_set **named);
/* One bit for each flag that is named, joined by | or as a list. */
bool nft_read_bits(struct import_rule *rule, const struct nft *nft,
		   const struct nft_key *key, json_t *json, uint64_t *bits);
/* The elements of {"set": [...]} or "@name": an array, or NULL for none. */
bool nft_elements(struct nft *nft, struct import_rule *rule, json_t *json,
		  json_t **elements, struct nft_set **named);
/* {"elem": {"val": ...}}: the value. It does not come and go by itself. */
bool nft_element(const struct nft *nft, struct import_rule *rule, json_t *json,
		 json_t **value);

/* match.c */
void nft_match(struct nft *nft, struct import_rule *rule, json_t *match);
void nft_and_set(struct nft *nft, struct import_rule *rule,
		 const struct nft_key *key, const struct ranges *set,
		 bool negated, const char *list);
bool nft_not_understood(const struct nft *nft, struct import_rule *rule,
			const char *what);

/* joined.c */
void nft_match_joined(struct nft *nft, struct import_rule *rule, json_t *left,
		      const char *op, json_t *right);
bool nft_read_keys(const struct nft *nft, struct import_rule *rule,
		   json_t *left, struct nft_key *keys, size_t *count);
/* The values of one element, for keys that are joined. */
bool nft_read_case(struct nft *nft, struct import_rule *rule,
		   const struct nft_key *keys, size_t count, json_t *value,
		   struct import_rule *into);

/*
 * context.c: devices and the state of a connection. False where the
 * match, or the map, is of something else.
 */
bool nft_match_context(struct nft *nft, struct import_rule *rule, json_t *left,
		       const char *op, json_t *right);
bool nft_map_context(struct nft *nft, struct import_rule *rule, json_t *left,
		     json_t *pairs, size_t chain, bool *done);
/* map.c: true where it has made rules of the rule */
bool nft_read_map(struct nft *nft, struct import_rule *rule, json_t *map,
		  size_t chain);
/* mark.c */
void nft_read_mangle(const struct nft *nft, struct import_rule *rule,
		     json_t *mangle);

/* False where the statement is none. */
bool nft_read_verdict(const struct nft *nft, struct import_rule *rule,
		      json_t *verdict);
/* statement.c: a rule, or several where it has a map */
void nft_rule(struct nft *nft, json_t *json, size_t chain);

#endif
