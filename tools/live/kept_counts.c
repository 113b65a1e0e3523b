// SPDX-License-Identifier: GPL-2.0-only
#include "kept_counts.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "lib/hash.h"

/* --- pins */

static int program_folder(char *path, const struct kept_counts *kept,
			  uint32_t program)
{
	int size =
		snprintf(path, PATH_MAX, "%s/%" PRIu32, kept->folder, program);

	return size < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int pin(const struct kept_counts *kept, uint32_t program)
{
	char path[PATH_MAX];
	struct loaded_rules loaded;
	int err = program_folder(path, kept, program);

	if (!err && mkdir(kept->folder, 0700) < 0 && errno != EEXIST)
		err = -errno;
	if (!err && mkdir(path, 0700) < 0 && errno != EEXIST)
		err = -errno;
	if (!err)
		err = loaded_rules_open(&loaded, program);
	if (err)
		return err;
	err = loaded_rules_pin(&loaded, path);
	loaded_rules_close(&loaded);
	return err;
}

/* Unpins the maps of all programs but this one. */
static void unpin_others(const struct kept_counts *kept, uint32_t program)
{
	DIR *folder = opendir(kept->folder);
	struct dirent *entry;
	char path[PATH_MAX];

	while (folder && (entry = readdir(folder))) {
		uint32_t other = strtoul(entry->d_name, NULL, 10);

		if (entry->d_name[0] == '.' || other == program ||
		    program_folder(path, kept, other))
			continue;
		loaded_rules_unpin(path);
		rmdir(path);
	}
	if (folder)
		closedir(folder);
}

/* --- the file BASE: a line for each rule with a count */

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	if (!file)
		return NULL;
	if (getdelim(&text, &room, '\0', file) < 0) {
		free(text);
		text = NULL;
	}
	fclose(file);
	return text;
}

/* Earlier versions wrote the text of the rule, after a tab. */
static bool parse_base_line(const char *text, struct rule_line *line)
{
	int length = 0;

	if (sscanf(text, "%llu %llu %" SCNu32 "%n", &line->count.packets,
		   &line->count.bytes, &line->occurrence, &length) != 3)
		return false;
	text += length;
	if (*text == '\t') {
		line->hash = hash_text(text + 1, strlen(text + 1));
		return true;
	}
	return sscanf(text, " %" SCNx64, &line->hash) == 1;
}

static int parse_base(char *text, struct rule_lines *rules)
{
	char *next = strchr(text, '\n');

	while (next && *++next) {
		struct rule_line *line = &rules->lines[rules->count];
		char *end = strchr(next, '\n');

		if (!end)
			return -EBADMSG;
		*end = '\0';
		if (!parse_base_line(next, line))
			return -EBADMSG;
		rules->count++;
		next = end;
	}
	return rule_lines_sort(rules);
}

static size_t count_newlines(const char *text)
{
	size_t count = 0;

	for (; (text = strchr(text, '\n')); text++)
		count++;
	return count;
}

/* Leaves rules empty if there is no file. */
static int read_base(const struct kept_counts *kept, struct rule_lines *rules)
{
	char *text = read_file(kept->base);

	*rules = (struct rule_lines){ .text = text };
	if (!text)
		return 0;
	rules->lines = calloc(count_newlines(text) + 1, sizeof(*rules->lines));
	if (!rules->lines)
		return -ENOMEM;
	return parse_base(text, rules);
}

uint32_t kept_for(const struct kept_counts *kept)
{
	FILE *file = fopen(kept->base, "re");
	uint32_t program = 0;

	if (!file)
		return 0;
	if (fscanf(file, "for %" SCNu32, &program) != 1)
		program = 0;
	fclose(file);
	return program;
}

static int print_base(FILE *out, uint32_t program,
		      const struct rule_lines *rules)
{
	fprintf(out, "for %" PRIu32 "\n", program);
	for (uint32_t i = 0; i < rules->count; i++) {
		const struct rule_line *line = &rules->lines[i];

		if (line->count.packets)
			fprintf(out, "%llu %llu %" PRIu32 " %" PRIx64 "\n",
				line->count.packets, line->count.bytes,
				line->occurrence, line->hash);
	}
	return ferror(out) ? -EIO : 0;
}

static int write_base(const struct kept_counts *kept, uint32_t program,
		      const struct rule_lines *rules)
{
	char path[PATH_MAX];
	FILE *out;
	int err;

	if (snprintf(path, sizeof(path), "%s.new", kept->base) >= PATH_MAX)
		return -ENAMETOOLONG;
	out = fopen(path, "we");
	if (!out)
		return -errno;
	err = print_base(out, program, rules);
	if (fclose(out) && !err)
		err = -errno;
	if (!err && rename(path, kept->base) < 0)
		err = -errno;
	if (err)
		unlink(path);
	return err;
}

/* --- handing counts over from one program to the next */

/*
 * Returns -ENOENT if a killed command has pinned only one map, -EPROTO if the
 * pins are from a policy of another version.
 */
static int read_pins(const struct kept_counts *kept, uint32_t id,
		     struct rule_lines *rules)
{
	char path[PATH_MAX];
	struct loaded_rules loaded;
	int err = program_folder(path, kept, id);

	if (!err)
		err = loaded_rules_open_pins(&loaded, path);
	if (err)
		return err;
	err = loaded_rules_read(&loaded, rules, false);
	if (!err)
		err = loaded_rules_count(&loaded, rules);
	loaded_rules_close(&loaded);
	return err;
}

int kept_inherit(const struct kept_counts *kept, uint32_t program,
		 struct rule_lines *rules)
{
	struct rule_lines base = { 0 }, last = { 0 };
	uint32_t base_for = kept_for(kept);
	int err = read_base(kept, &base);

	if (!err && base_for && base_for != program)
		err = read_pins(kept, base_for, &last);
	if (!err && last.count) {
		rule_lines_add(&last, &base);
		rule_lines_add(rules, &last);
	} else if (!err || err == -ENOENT) {
		rule_lines_add(rules, &base);
		err = 0;
	} else if (err == -EPROTO) { /* unreadable counts start from 0 */
		err = 0;
	}
	rule_lines_free(&last);
	rule_lines_free(&base);
	return err;
}

static int write_new_base(const struct kept_counts *kept, uint32_t program)
{
	struct rule_lines rules = { 0 };
	struct loaded_rules loaded;
	int err = loaded_rules_open(&loaded, program);

	if (err)
		return err;
	err = loaded_rules_read(&loaded, &rules, false);
	if (!err)
		err = kept_inherit(kept, program, &rules);
	if (!err)
		err = write_base(kept, program, &rules);
	rule_lines_free(&rules);
	loaded_rules_close(&loaded);
	return err;
}

int kept_rebase(const struct kept_counts *kept, uint32_t program)
{
	int err = 0;

	if (kept_for(kept) != program)
		err = write_new_base(kept, program);
	if (err)
		return err;
	unpin_others(kept, program);
	return pin(kept, program);
}
