// SPDX-License-Identifier: GPL-2.0-only
#include "set_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/language/text/source.h"
#include "policy/language/text/suggest.h"
#include "policy/match/set_key.h"
#include "sets/list_read.h"

/* --- lookups */

static uint64_t key_hash(const struct tg_set_key *key)
{
	return hash_bytes(0, key, sizeof(*key));
}

static void find_key(const struct set_file *file, const struct tg_set_key *key,
		     struct set_membership *found)
{
	uint64_t hash = key_hash(key);
	uint32_t number;

	for (size_t step = 0; hash_next(&file->by_key, hash, &step, &number);) {
		const struct set_entry *entry = &file->entries.list[number];
		bool *has = entry->is_exception ? &found->has_exception
						: &found->has_entry;

		if (*has || memcmp(&entry->key, key, sizeof(*key)))
			continue;
		*has = true;
		*(entry->is_exception ? &found->exception : &found->entry) =
			*entry;
	}
}

static bool has_form(const struct set_file *file, unsigned int form)
{
	return file->has_form[form / 32] >> form % 32 & 1;
}

struct set_membership set_files_find(const struct set_files *files,
				     const struct policy_set *set,
				     const struct tg_set_key *key)
{
	const struct set_file *file = &files->files[set->number];
	struct set_membership found = { 0 };
	int length = set_form_length(key->form);

	if (!set_form_is_address(key->form)) {
		find_key(file, key, &found);
		length = -1;
	}
	for (; length >= 0; length--) {
		struct tg_set_key prefix = *key;

		set_key_cut(&prefix, length, length);
		if (has_form(file, prefix.form))
			find_key(file, &prefix, &found);
	}
	found.is_member = found.has_entry && !found.has_exception;
	return found;
}

static bool file_contains(const struct match_sets *sets,
			  const struct policy_set *set,
			  const struct tg_set_key *key)
{
	const struct set_files *files = (const struct set_files *)sets;

	return set_files_find(files, set, key).is_member;
}

/* --- files */

static int index_entries(struct set_file *file)
{
	for (size_t i = 0; i < file->entries.count; i++) {
		const struct tg_set_key *key = &file->entries.list[i].key;

		file->has_form[key->form / 32] |= 1U << key->form % 32;
		if (!hash_add(&file->by_key, key_hash(key), i))
			return -ENOMEM;
	}
	return 0;
}

static int read_entries(struct set_file *file, const struct policy_set *set,
			const struct source *source)
{
	struct timespec now = { 0 };
	struct set_reading reading;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	reading = set_reading_of(
		file->path, set->name, set->kind,
		((uint64_t)now.tv_sec * 1000000000 + now.tv_nsec) >>
			TG_SET_TIME_SHIFT);
	if (!set_read_text(&reading, source->text, source->size)) {
		set_reading_free(&reading);
		return -ENOMEM;
	}
	set_read_end(&reading);
	file->entries = reading.entries;
	return reading.bad ? -EINVAL : index_entries(file);
}

static int set_file_fail(const char *what, int err)
{
	fprintf(stderr, "%s explain: %s: %s\n", program_invocation_short_name,
		what, strerror(-err));
	return err;
}

static int read_file(struct set_file *file, const struct policy_set *set)
{
	struct sources *sources = sources_new();
	int err = sources ? source_read(sources, file->path, true) : -ENOMEM;

	if (err >= 0) {
		err = read_entries(file, set, &sources->list[err]);
		if (err == -ENOMEM)
			set_file_fail(file->path, err);
	} else {
		set_file_fail(file->path, err);
	}
	if (sources)
		sources_free(sources);
	return err;
}

/* --- options */

static int fail_option(const struct policy *policy, const char *name,
		       size_t length)
{
	struct suggestion suggestion = suggest_for(name, length);

	for (size_t i = 0; i < policy->set_count; i++)
		suggest(&suggestion, policy->sets[i].name,
			strlen(policy->sets[i].name));
	fprintf(stderr, "%s explain: the policy has no set '%.*s'",
		program_invocation_short_name, (int)length, name);
	if (suggestion.best)
		fprintf(stderr, ": did you mean '%.*s'?",
			(int)suggestion.best_length, suggestion.best);
	fputc('\n', stderr);
	return -ENOENT;
}

static int read_option(struct set_files *files, const struct policy *policy,
		       const char *option)
{
	size_t length = strcspn(option, "=");
	const struct policy_set *set = NULL;
	struct set_file *file;

	for (size_t i = 0; i < policy->set_count; i++) {
		if (strlen(policy->sets[i].name) == length &&
		    !memcmp(policy->sets[i].name, option, length))
			set = &policy->sets[i];
	}
	if (!set)
		return fail_option(policy, option, length);
	file = &files->files[set->number];
	if (file->path) {
		fprintf(stderr, "%s explain: two files for the set '%s'\n",
			program_invocation_short_name, set->name);
		return -EINVAL;
	}
	file->path = option + length + 1;
	return read_file(file, set);
}

int set_files_read(struct set_files *files, const struct policy *policy)
{
	int err = 0;

	files->sets.contains = file_contains;
	for (size_t i = 0; i < files->option_count && !err; i++)
		err = read_option(files, policy, files->options[i]);
	return err;
}

void set_files_free(struct set_files *files)
{
	for (size_t i = 0; i < TG_SETS; i++) {
		free(files->files[i].entries.list);
		hash_free(&files->files[i].by_key);
	}
}
