/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What 'ipset save' prints: the sets, for the reader of iptables, and their
 * entries, which are printed as lists for 'tailgate set load'.
 */
#ifndef TG_POLICY_IMPORT_IPSET_H
#define TG_POLICY_IMPORT_IPSET_H

#include <time.h>

#include "policy/import/core/import.h"

/* A part of the text. */
struct ipset_word {
	const char *at;
	size_t size;
};

struct ipset_entry {
	struct ipset_word value;
	unsigned int line, column;
	uint32_t timeout; /* seconds; 0: for good */
	bool has_timeout;
	bool is_exception;
	const char *problem; /* why it is not translated, or NULL */
};

struct ipset_set {
	const char *name;
	const char *word; /* its name in the policy */
	const char *type; /* as ipset calls it */
	enum tg_set_kind kind;
	const char *problem; /* why it has no equivalent, or NULL */
	unsigned int line;
	bool ip6;
	bool has_timeouts; /* entries can have a time */
	bool is_net;	   /* rules add what depends on the entries */
	bool is_part;	   /* of all ports */
	uint32_t timeout, size;
	const struct policy_set *made; /* once a rule uses it */
	struct ipset_entry *entries;
	size_t count, room;
};

struct ipset_file {
	const char *path;
	struct ipset_set *sets;
	size_t count, room;
	struct names names; /* of the sets, as ipset knows them */
};

/* --- read.c */

/* The set with this name, or NULL. */
struct ipset_set *ipset_find(const struct ipset_file *file, const char *name);
void ipset_free(struct ipset_file *file);

/* --- entry.c */

/*
 * Reports each entry and each set that has no equivalent. Returns the number of
 * lines that are lost.
 */
size_t ipset_check(struct import *import, struct ipset_file *file);
/* Prints lists for 'tailgate set load', after ipset_check(). */
void ipset_print(struct import *import, const struct ipset_file *file,
		 time_t now, FILE *out);

/* The number of sets and entries. */
size_t ipset_lines(const struct ipset_file *file);

#endif
