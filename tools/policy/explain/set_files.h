/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The entries of named sets for tg-policy explain, read from files that
 * `--set NAME=FILE` names. A set without a file is empty.
 */
#ifndef TG_EXPLAIN_SET_FILES_H
#define TG_EXPLAIN_SET_FILES_H

#include "lib/hash.h"
#include "policy/match/match.h"
#include "sets/table_find.h"

struct set_file {
	const char *path; /* NULL: no --set names the set */
	struct set_entries entries;
	struct hash by_key;
	uint32_t has_form[256 / 32]; /* as bits: forms of the entries' keys */
};

struct set_files {
	struct match_sets sets;	      /* for the reference matcher */
	const char *options[TG_SETS]; /* "NAME=FILE" */
	size_t option_count;
	struct set_file files[TG_SETS]; /* by the set's number */
};

/*
 * Reads the files of all options. Returns 0, or a negative errno after
 * messages; set_files_free() is needed either way.
 */
int set_files_read(struct set_files *files, const struct policy *policy);
void set_files_free(struct set_files *files);

struct set_membership set_files_find(const struct set_files *files,
				     const struct policy_set *set,
				     const struct tg_set_key *key);

#endif
