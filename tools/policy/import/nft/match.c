// SPDX-License-Identifier: GPL-2.0-only
/* Matches of nft: left side, operator, right side. */
#include <string.h>

#include "headers.h"
#include "nft.h"
#include "policy/language/field.h"

#define VLAN_8021Q 0x8100
#define VLAN_8021AD 0x88a8
#define EXTENSIONS_ALL 0x3e /* all IPv6 extension headers */
#define FRAGMENT_OFFSET 0x1fff
#define FRAGMENT_ANY 0x3fff

static bool in_set(const struct ranges *set, uint64_t value)
{
	const struct policy_range one = { { .lo = value }, { .lo = value } };

	return ranges_meet(&one, 1, set->list, set->count);
}

static struct import_case tags(struct nft *nft, uint64_t first, uint64_t last)
{
	return import_case_of(
		nft->import,
		import_values(nft->import, POLICY_VLANS, false, first, last));
}

static struct import_case two_of(struct nft *nft, struct import_case one,
				 struct policy_condition other)
{
	struct import_rule rule = { .cases = &one, .case_count = 1 };

	import_and(nft->import, &rule, other);
	return one;
}

/* The EtherType in the Ethernet header: that of the tag if there is one. */
static void and_ether_type(struct nft *nft, struct import_rule *rule,
			   const struct ranges *set, bool negated)
{
	bool tagged = in_set(set, VLAN_8021Q);
	struct policy_condition type =
		import_condition(POLICY_ETHERTYPE, negated, set);
	struct import_case cases[2];
	size_t count = 0;

	if (in_set(set, VLAN_8021AD) && !tagged) {
		import_problem(
			nft->import, rule,
			"no equivalent of 802.1ad alone: all tags match");
		return;
	}
	if (negated || set->count > 1 || !tagged)
		cases[count++] = two_of(nft, tags(nft, 0, 0), type);
	if (tagged != negated)
		cases[count++] = tags(nft, 1, 3);
	import_and_any(nft->import, rule, cases, count);
}

static void and_vlan_type(struct nft *nft, struct import_rule *rule,
			  const struct ranges *set, bool negated)
{
	struct policy_condition type =
		import_condition(POLICY_ETHERTYPE, negated, set);
	struct import_case cases[2];
	size_t count = 0;

	if (in_set(set, VLAN_8021AD) || in_set(set, VLAN_8021Q)) {
		import_problem(nft->import, rule,
			       "no equivalent of the second tag's EtherType");
		return;
	}
	cases[count++] = two_of(nft, tags(nft, 1, 1), type);
	if (negated)
		cases[count++] = tags(nft, 2, 3);
	import_and_any(nft->import, rule, cases, count);
}

/* The next header field is the protocol if there are no extension headers. */
static void and_next(struct nft *nft, struct import_rule *rule,
		     const struct ranges *set, bool negated)
{
	static const uint8_t extension_headers[] = { 0, 43, 44, 51, 60 };
	struct policy_condition protocol =
		import_condition(POLICY_PROTOCOL, negated, set);
	struct import_case cases[2];

	for (size_t i = 0; i < sizeof(extension_headers); i++) {
		if (in_set(set, extension_headers[i])) {
			import_problem(
				nft->import, rule,
				"no equivalent of which extension header is "
				"the first");
			return;
		}
	}
	cases[0] = two_of(nft, import_case_of(nft->import, protocol),
			  import_extensions(nft->import, true, EXTENSIONS_ALL));
	cases[1] = import_case_of(
		nft->import,
		import_extensions(nft->import, false, EXTENSIONS_ALL));
	import_and_any(nft->import, rule, cases, negated ? 2 : 1);
}

void nft_and_set(struct nft *nft, struct import_rule *rule,
		 const struct nft_key *key, const struct ranges *set,
		 bool negated, const char *list)
{
	struct policy_condition condition =
		import_condition(key->field, negated, set);

	switch (key->kind) {
	case NFT_ETHER_TYPE:
		and_ether_type(nft, rule, set, negated);
		return;
	case NFT_VLAN_TYPE:
		and_vlan_type(nft, rule, set, negated);
		return;
	case NFT_NEXT:
		and_next(nft, rule, set, negated);
		return;
	case NFT_FRAGMENT:
	case NFT_EXTENSION:
		import_problem(nft->import, rule,
			       "no equivalent of this value");
		return;
	case NFT_FIELD:
		break;
	}
	condition.list = list;
	if (import_is_bits(key->field))
		import_and_bits(nft->import, rule, key->field,
				value_highest(field_bits(key->field)).lo, set,
				negated);
	else
		import_and(nft->import, rule, condition);
}

bool nft_not_understood(const struct nft *nft, struct import_rule *rule,
			const char *what)
{
	import_problem(nft->import, rule, "not understood: '%s'", what);
	return false;
}

static struct import_case fragments(struct nft *nft, uint64_t first,
				    uint64_t last)
{
	return import_case_of(nft->import,
			      import_values(nft->import, POLICY_FRAGMENT, false,
					    first, last));
}

/* "ip frag-off & MASK", compared with 0. */
static void match_fragment(struct nft *nft, struct import_rule *rule,
			   uint64_t mask, json_t *right, bool negated)
{
	struct import_case cases[2];
	size_t count = 0;
	bool understood = json_is_integer(right) &&
			  !json_integer_value(right) &&
			  (mask == FRAGMENT_OFFSET || mask == FRAGMENT_ANY);

	if (!understood) {
		import_problem(nft->import, rule,
			       "no equivalent of these bits of frag-off");
		return;
	}
	if (negated) {
		cases[count++] = fragments(nft,
					   mask == FRAGMENT_ANY ? TG_FRAG_FIRST
								: TG_FRAG_LATER,
					   TG_FRAG_LATER);
	} else {
		cases[count++] = fragments(nft, TG_FRAG_NONE, TG_FRAG_NONE);
		cases[count] = fragments(nft, TG_FRAG_FIRST, TG_FRAG_FIRST);
		count += mask == FRAGMENT_OFFSET;
	}
	import_and_any(nft->import, rule, cases, count);
}

static void match_extension(struct nft *nft, struct import_rule *rule,
			    const struct nft_key *key, json_t *right,
			    bool negated)
{
	bool is_there = json_is_true(right);

	if (!is_there && !json_is_false(right))
		nft_not_understood(nft, rule, "exthdr");
	else
		import_and(nft->import, rule,
			   import_extensions(nft->import, is_there == negated,
					     key->extension));
}

/* "flags syn,ack": any of them; "flags ! syn,ack": none of them. */
static void match_any_bit(struct nft *nft, struct import_rule *rule,
			  const struct nft_key *key, json_t *right, bool none)
{
	struct ranges zero = import_set_of(nft->import, 0, 0);
	uint64_t bits;

	if (!import_is_bits(key->field))
		import_problem(nft->import, rule, "no equivalent of 'in' here");
	else if (nft_read_bits(rule, nft, key, right, &bits))
		import_and_bits(nft->import, rule, key->field, bits, &zero,
				!none);
}

static void match_masked(struct nft *nft, struct import_rule *rule,
			 const struct nft_key *key, json_t *mask, json_t *right,
			 bool negated)
{
	struct nft_set *named;
	struct ranges set;
	uint64_t bits;

	if (key->kind == NFT_FRAGMENT && json_is_integer(mask)) {
		match_fragment(nft, rule, json_integer_value(mask), right,
			       negated);
		return;
	}
	if (!import_is_bits(key->field)) {
		import_problem(nft->import, rule, "no equivalent of this mask");
		return;
	}
	if (nft_read_bits(rule, nft, key, mask, &bits) &&
	    nft_read_set(nft, rule, key, right, &set, &named))
		import_and_bits(nft->import, rule, key->field, bits, &set,
				negated);
}

/* < <= > >= */
static bool match_order(struct nft *nft, struct import_rule *rule,
			const struct nft_key *key, const char *op,
			json_t *right)
{
	struct ranges set = import_set(nft->import);
	struct policy_range range, left = {
		.last = value_highest(field_bits(key->field)),
	};
	bool or_equal = op[1] == '=';

	if ((*op != '<' && *op != '>') || key->kind != NFT_FIELD)
		return false;
	if (!nft_read_value(nft, rule, key, right, &range))
		return true;
	if (or_equal)
		ranges_add(&set, (struct policy_range){
					 *op == '<' ? left.first : range.first,
					 *op == '<' ? range.last : left.last,
				 });
	else
		ranges_complement(&set, field_bits(key->field),
				  &(struct policy_range){
					  *op == '<' ? range.first : left.first,
					  *op == '<' ? left.last : range.last,
				  },
				  1);
	nft_and_set(nft, rule, key, &set, false, NULL);
	return true;
}

static bool taken_as_list(const struct nft_key *key)
{
	switch (key->field) {
	case POLICY_SRC4:
	case POLICY_SRC6:
	case POLICY_DST4:
	case POLICY_DST6:
	case POLICY_SRC_PORT:
	case POLICY_DST_PORT:
		return true;
	default:
		return false;
	}
}

/* A named set becomes a list of the policy, with a similar name. */
static const char *list_of(struct nft *nft, const struct nft_key *key,
			   struct nft_set *named, const struct ranges *set)
{
	struct import *import = nft->import;

	if (!named || !set->count || !taken_as_list(key))
		return NULL;
	if (named->list)
		return named->list;
	if (import->list_count == import->list_room)
		import->lists = arena_grow(
			&import->arena, import->lists, sizeof(*import->lists),
			import->list_count, &import->list_room);
	named->list = import_name(import, named->name);
	import->lists[import->list_count++] = (struct policy_list){
		.name = named->list,
		.values = import_condition(key->field, false, set),
	};
	return named->list;
}

static void match_key(struct nft *nft, struct import_rule *rule, json_t *left,
		      const char *op, json_t *right)
{
	json_t *masked = json_object_get(left, "&");
	bool negated = !strcmp(op, "!=");
	bool equal = negated || !strcmp(op, "==");
	struct nft_set *named;
	struct ranges set;
	struct nft_key key;

	if (masked && json_array_size(masked) != 2) {
		nft_not_understood(nft, rule, "&");
		return;
	}
	if (!nft_read_key(nft, rule, masked ? json_array_get(masked, 0) : left,
			  &key))
		return;
	if (!nft_and_implied(nft, rule, &key))
		return;
	if (masked && equal)
		match_masked(nft, rule, &key, json_array_get(masked, 1), right,
			     negated);
	else if (masked)
		nft_not_understood(nft, rule, op);
	else if (key.kind == NFT_EXTENSION && equal)
		match_extension(nft, rule, &key, right, negated);
	else if (!strcmp(op, "in") || !strcmp(op, "!"))
		match_any_bit(nft, rule, &key, right, *op == '!');
	else if (!equal && !match_order(nft, rule, &key, op, right))
		nft_not_understood(nft, rule, op);
	else if (equal && nft_match_live_set(nft, rule, &key, right, negated))
		return;
	else if (equal && nft_read_set(nft, rule, &key, right, &set, &named))
		nft_and_set(nft, rule, &key, &set, negated,
			    list_of(nft, &key, named, &set));
}

void nft_match(struct nft *nft, struct import_rule *rule, json_t *match)
{
	json_t *left = json_object_get(match, "left");
	json_t *right = json_object_get(match, "right");
	const char *op = nft_string(match, "op");

	if (!left || !right || !op)
		nft_not_understood(nft, rule, "match");
	else if (nft_match_context(nft, rule, left, op, right))
		return;
	else if (json_object_get(left, "concat"))
		nft_match_joined(nft, rule, left, op, right);
	else
		match_key(nft, rule, left, op, right);
}
