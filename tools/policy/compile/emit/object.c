// SPDX-License-Identifier: GPL-2.0-only
#include "object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "lib/elf_add.h"
#include "lib/elf_map.h"
#include "lib/elf_object.h"
#include "lib/elf_strip.h"
#include "log_ring.h"
#include "policy/language/text/whole.h"
#include "rule_marks.h"
#include "rule_text.h"

/* names in progs/policy.bpf.c */
#define CONSTANTS ".rodata.consts"
#define TABLES ".rodata.policy"
#define RULES ".rodata.rules"
#define SETS ".rodata.sets"	/* only in policy.live.o */
#define FLOWS ".rodata.flows"	/* likewise */
#define LIMITS ".rodata.limits" /* likewise */
#define COUNTERS "tgp_rules"
#define SENT "tgp_sent"

/* size declared in the plugin; a section cannot become smaller */
#define TABLES_MIN 64

static int replace_tables(struct elf_object *object,
			  const struct compiled *compiled)
{
	const struct blob *tables = &compiled->tables;
	size_t size = tables->size > TABLES_MIN ? tables->size : TABLES_MIN;
	uint8_t *bytes = calloc(1, size);
	int err;

	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, tables->bytes, tables->size);
	err = elf_object_replace(object, TABLES, bytes, size);
	free(bytes);
	return err;
}

static int replace_rules(struct elf_object *object, const struct policy *policy)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err = out ? rule_text_write(out, policy) : -ENOMEM;

	if (out && fclose(out))
		err = -ENOMEM;
	if (!err)
		err = elf_object_replace(object, RULES, text, size);
	free(text);
	return err;
}

/* What was compiled, for 'tailgate save'. */
static int add_source(struct elf_object *object, const struct policy *policy)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err = out ? whole_text_write(out, policy->sources) : -ENOMEM;

	if (out && fclose(out))
		err = -ENOMEM;
	if (!err)
		err = elf_object_add_text(object, RULE_SOURCE_SECTION, text,
					  size);
	free(text);
	return err;
}

/* A plugin of another version would misinterpret the tables. */
static bool is_our_version(const struct elf_object *object)
{
	struct tg_policy constants;
	size_t size = 0;
	const void *bytes = elf_object_section(object, CONSTANTS, &size);

	if (!bytes || size != sizeof(constants))
		return false;
	memcpy(&constants, bytes, size);
	return constants.version == TG_POLICY_VERSION;
}

/* The ring of events, and the schedules of rules that log. */
static int make_room_for_logs(struct elf_object *object,
			      const struct compiled *compiled)
{
	int err;

	if (!(compiled->constants.used & TG_ACT_LOG))
		return 0;
	err = elf_map_set_entries(object, TG_LOG_MAP, TG_LOG_ENTRIES);
	if (err)
		return err;
	return elf_map_set_entries(object, SENT,
				   2 + compiled->rule_count +
					   compiled->limits.count);
}

static int fill_object(struct elf_object *object, const struct policy *policy,
		       const struct compiled *compiled)
{
	int err = is_our_version(object) ? 0 : -EINVAL;

	if (!err)
		err = elf_object_replace(object, CONSTANTS,
					 &compiled->constants,
					 sizeof(compiled->constants));
	if (!err)
		err = replace_tables(object, compiled);
	if (!err)
		err = replace_rules(object, policy);
	if (!err && compiled->sets.count)
		err = elf_object_replace(object, SETS, &compiled->sets,
					 sizeof(compiled->sets));
	if (!err && compiled->flows.is_used)
		err = elf_object_replace(object, FLOWS, &compiled->flows,
					 sizeof(compiled->flows));
	if (!err && compiled->limits.count)
		err = elf_object_replace(object, LIMITS, &compiled->limits,
					 sizeof(compiled->limits));
	if (!err)
		err = elf_map_set_entries(
			object, COUNTERS,
			TG_RULE_BLOCKS(compiled->rule_count +
				       compiled->limits.count + 1));
	if (!err)
		err = make_room_for_logs(object, compiled);
	return err;
}

/* What the policy needs and only policy.live.o has; NULL: nothing. */
static const char *missing_part(const struct elf_object *object,
				const struct compiled *compiled)
{
	size_t size;

	if (compiled->sets.count && !elf_object_section(object, SETS, &size))
		return "sets";
	if (compiled->flows.is_used &&
	    !elf_object_section(object, FLOWS, &size))
		return "flows";
	if (compiled->limits.count &&
	    !elf_object_section(object, LIMITS, &size))
		return "limits";
	return NULL;
}

int object_write(const struct policy *policy, const struct compiled *compiled,
		 const char *plugin, const char *path)
{
	struct elf_object object;
	const char *missing;
	int err = elf_object_read(&object, plugin);

	if (err)
		return err;
	missing = missing_part(&object, compiled);
	if (missing) {
		fprintf(stderr,
			"%s: %s: it asks no %s, which this policy has: "
			"policy.live.o does\n",
			program_invocation_short_name, plugin, missing);
		elf_object_free(&object);
		return -EINVAL;
	}
	err = fill_object(&object, policy, compiled);
	if (!err)
		err = elf_object_strip(&object);
	if (!err)
		err = add_source(&object, policy);
	if (err == -ENOENT || err == -EINVAL)
		fprintf(stderr,
			"%s: %s: not the policy plugin of this version: "
			"'make' builds both\n",
			program_invocation_short_name, plugin);
	else if (err)
		fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name,
			plugin, strerror(-err));
	else
		err = elf_object_write(&object, path);
	elf_object_free(&object);
	return err;
}
