// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads 'nft -j list ruleset': finds the chain and its table, the table's sets
 * and maps, and the rules of its chains.
 */
#include <errno.h>
#include <string.h>

#include "nft.h"

#define ETHERTYPE_IP 0x0800
#define ETHERTYPE_IP6 0x86dd
#define ETHERTYPE_ARP 0x0806

static bool is(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* The value of an object of this kind, as in {"chain": {...}}. */
static json_t *object_of(json_t *item, const char *kind)
{
	json_t *object = json_object_get(item, kind);

	return json_is_object(object) ? object : NULL;
}

bool nft_is_of_table(const struct nft *nft, json_t *object)
{
	return is(nft_string(object, "family"), nft->family) &&
	       is(nft_string(object, "table"), nft->table);
}

/* --- the base chain */

/* The option is "filter" or "inet:filter". */
static bool is_asked_table(json_t *chain, const char *asked)
{
	const char *family = nft_string(chain, "family");
	const char *table = nft_string(chain, "table");
	size_t length = family ? strlen(family) : 0;

	if (!asked || is(asked, table))
		return true;
	return length && !strncmp(asked, family, length) &&
	       asked[length] == ':' && is(asked + length + 1, table);
}

static bool is_asked_chain(json_t *chain, const struct import_options *options)
{
	const char *hook = nft_string(chain, "hook");

	if (!hook || !is_asked_table(chain, options->table))
		return false;
	if (options->chain)
		return is(options->chain, nft_string(chain, "name"));
	return is(nft_string(chain, "type"), "filter") &&
	       (is(hook, "input") || is(hook, "ingress"));
}

static json_t *find_base(const struct nft *nft,
			 const struct import_options *options)
{
	json_t *item, *chain;
	size_t i;

	json_array_foreach (nft->objects, i, item) {
		chain = object_of(item, "chain");
		if (chain && is_asked_chain(chain, options))
			return chain;
	}
	return NULL;
}

/* Warns about other base chains of the hook, which are not imported. */
static void name_others(const struct nft *nft, json_t *base)
{
	const char *hook = nft_string(base, "hook");
	json_t *item;
	size_t i;

	json_array_foreach (nft->objects, i, item) {
		json_t *chain = object_of(item, "chain");
		const char *table = nft_string(chain, "table");
		const char *name = nft_string(chain, "name");

		if (chain && chain != base && table && name &&
		    is(nft_string(chain, "hook"), hook))
			import_error(
				nft->import, 0, 0,
				"note: chain '%s' of table '%s' is also at %s "
				"and is not imported",
				name, table, hook);
	}
}

static int choose_chain(struct nft *nft, const struct import_options *options)
{
	json_t *base = find_base(nft, options);
	const char *policy = nft_string(base, "policy");
	struct import *import = nft->import;
	const char *hook;

	nft->family = nft_string(base, "family");
	nft->table = nft_string(base, "table");
	nft->chain = nft_string(base, "name");
	if (!nft->family || !nft->table || !nft->chain)
		return import_error(import, 0, 0,
				    options->chain || options->table
					    ? "there is no such chain"
					    : "there is no chain of type "
					      "filter at input or ingress");
	import->device = options->device;
	hook = nft_string(base, "hook");
	import->sends = is(hook, "output") || is(hook, "postrouting") ||
			is(hook, "egress");
	nft->is_link = is(nft->family, "netdev") || is(nft->family, "bridge");
	import->drops = is(policy, "drop");
	if (is(nft->family, "ip") || is(nft->family, "inet"))
		import->ethertypes[0] = ETHERTYPE_IP;
	if (is(nft->family, "inet"))
		import->ethertypes[1] = ETHERTYPE_IP6;
	if (is(nft->family, "ip6"))
		import->ethertypes[0] = ETHERTYPE_IP6;
	if (is(nft->family, "arp"))
		import->ethertypes[0] = ETHERTYPE_ARP;
	import->base = import_chain(import, nft->chain);
	import->origin =
		arena_format(&import->arena,
			     "Imported from %s: chain %s of nft "
			     "table %s %s.",
			     import->path, nft->chain, nft->family, nft->table);
	name_others(nft, base);
	return 0;
}

/* --- contents of the table */

static void read_sets(struct nft *nft)
{
	json_t *item;
	size_t i;

	nft->sets =
		arena_alloc(&nft->import->arena,
			    json_array_size(nft->objects) * sizeof(*nft->sets));
	json_array_foreach (nft->objects, i, item) {
		json_t *set = object_of(item, "set");
		const char *name;

		set = set ? set : object_of(item, "map");
		name = nft_string(set, "name");
		if (!name || !nft_is_of_table(nft, set) ||
		    names_find(&nft->set_names, name, strlen(name)))
			continue;
		nft->sets[nft->set_count] =
			(struct nft_set){ .name = name, .json = set };
		import_names_add(&nft->set_names, name, nft->set_count++);
	}
}

static void read_rules(struct nft *nft)
{
	json_t *item, *object;
	size_t i;

	json_array_foreach (nft->objects, i, item) {
		const char *name;

		object = object_of(item, "chain");
		name = nft_string(object, "name");
		if (name && nft_is_of_table(nft, object))
			import_chain(nft->import, name);
		object = object_of(item, "rule");
		name = nft_string(object, "chain");
		if (name && nft_is_of_table(nft, object))
			nft_rule(nft, object, import_chain(nft->import, name));
	}
}

int import_nft(struct import *import, const char *text, size_t size,
	       const struct import_options *options)
{
	struct nft nft = { .import = import };
	json_t *root;
	int err = nft_load(import, text, size, &root);

	if (err)
		return err;
	nft.objects = json_object_get(root, "nftables");
	if (!json_is_array(nft.objects))
		return import_error(import, 0, 0,
				    "not what 'nft -j list ruleset' prints");
	err = choose_chain(&nft, options);
	if (!err) {
		read_sets(&nft);
		nft_find_live_sets(&nft);
		read_rules(&nft);
		import_resolve_targets(import);
	}
	names_free(&nft.set_names);
	return err;
}
