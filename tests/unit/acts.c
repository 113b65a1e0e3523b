// SPDX-License-Identifier: GPL-2.0-only
/* acts - checks the tables' entries for each action and change of a rule. */
#include <stdlib.h>
#include <string.h>

#include "policy/compile/compile.h"
#include "policy/compile/model/acts.h"
#include "policy/language/text/read.h"
#include "tap.h"

#define LO 1 /* ifindex of lo, in every namespace */
#define MANY 1500

static const struct row {
	const char *rule;
	struct tg_act act;
} rows[] = {
	{ "next", { .kind = TG_ACT_NEXT } },
	{ "pass", { .kind = TG_ACT_PASS } },
	{ "accept", { .kind = TG_ACT_ACCEPT } },
	{ "drop", { .kind = TG_ACT_DROP } },
	{ "reject", { TG_ACT_REJECT, .reject = TG_ACT_REJECT_AUTO } },
	{ "reject with reset tcp",
	  { TG_ACT_REJECT, .reject = TG_ACT_REJECT_RESET } },
	{ "reject with port", { TG_ACT_REJECT, .reject = TG_ACT_REJECT_PORT } },
	{ "reject with host", { TG_ACT_REJECT, .reject = TG_ACT_REJECT_HOST } },
	{ "reject with admin",
	  { TG_ACT_REJECT, .reject = TG_ACT_REJECT_ADMIN } },
	{ "pass set mark 0x12345678",
	  { TG_ACT_PASS, .changes = TG_ACT_SET_MARK, .mark = 0x12345678,
	    .mark_mask = 0xffffffff } },
	{ "pass set mark 0x10/0xf0",
	  { TG_ACT_PASS, .changes = TG_ACT_SET_MARK, .mark = 0x10,
	    .mark_mask = 0xf0 } },
	{ "pass set priority 7",
	  { TG_ACT_PASS, .changes = TG_ACT_SET_PRIORITY, .priority = 7 } },
	{ "pass set class 1:10",
	  { TG_ACT_PASS, .changes = TG_ACT_SET_CLASS, .class = 0x10010 } },
	{ "pass set dscp 46",
	  { TG_ACT_PASS, .changes = TG_ACT_SET_DSCP, .dscp = 46 } },
	{ "pass redirect to lo",
	  { TG_ACT_PASS, .changes = TG_ACT_REDIRECT, .redirect = LO } },
	{ "pass redirect to ingress lo",
	  { TG_ACT_PASS, .changes = TG_ACT_REDIRECT_INGRESS, .redirect = LO } },
	{ "set a { ports }\ndrop tcp add to to @a",
	  { TG_ACT_DROP, .changes = TG_ACT_CHANGE_SETS, .set_changes = 1 } },
	{ "set a { ports }\npass tcp del to from @a add from to @a for 1h",
	  { TG_ACT_PASS, .changes = TG_ACT_CHANGE_SETS, .set_changes = 2 } },
	{ "pass keep", { TG_ACT_PASS, .changes = TG_ACT_KEEP } },
	{ "next set mark 5 keep else drop",
	  { TG_ACT_NEXT,
	    .changes = TG_ACT_KEEP | TG_ACT_KEEP_ELSE_DROP | TG_ACT_SET_MARK,
	    .mark = 5, .mark_mask = 0xffffffff } },
	{ "drop log", { TG_ACT_DROP, .changes = TG_ACT_LOG } },
	{ "next log \"text\" keep",
	  { TG_ACT_NEXT, .changes = TG_ACT_LOG | TG_ACT_KEEP } },
	{ "drop mirror to lo",
	  { TG_ACT_DROP, .changes = TG_ACT_MIRROR, .mirror = LO } },
};
#define ROWS (sizeof(rows) / sizeof(*rows))

/* Returns the policy's only rule, or NULL. */
static const struct policy_rule *read_rule(struct policy *policy,
					   struct diagnostics *diagnostics,
					   const char *text)
{
	struct read_options options = { 0 };

	if (policy_read_text(policy, "row", text, strlen(text), &options,
			     diagnostics) ||
	    policy->block_count != 1 || policy->blocks[0].count != 1)
		return NULL;
	return policy->blocks[0].rules;
}

static const char *last_line(const char *text)
{
	const char *newline = strrchr(text, '\n');

	return newline ? newline + 1 : text;
}

static void check_row(struct tap *tap, const struct row *row)
{
	struct diagnostics diagnostics = { 0 };
	struct policy policy = { 0 };
	struct acts acts = { 0 };
	const char *device = NULL;
	const struct policy_rule *rule =
		read_rule(&policy, &diagnostics, row->rule);
	bool good = rule && acts_add_rule(&acts, rule, &device) == 0 &&
		    !memcmp(acts.list, &row->act, sizeof(row->act));

	if (!tap_ok(tap, good && acts.used == tg_act_uses(&row->act), "%s",
		    last_line(row->rule)) &&
	    acts.count)
		tap_dump(tap, (const uint8_t *)acts.list, sizeof(*acts.list));
	for (size_t i = 0; !rule && i < diagnostics.count; i++)
		tap_note(tap, "%s", diagnostics.list[i].message);
	acts_free(&acts);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
}

/* --- more acts than an outcome has numbers for */

static int compile_many(struct policy *policy, struct compiled *compiled,
			struct diagnostics *diagnostics, uint32_t count)
{
	struct read_options read = { 0 };
	struct compile_options options = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int err;

	for (uint32_t number = 1; number <= count; number++)
		fprintf(out, "pass udp to port %u set mark %u\n", number,
			number);
	fclose(out);
	err = policy_read_text(policy, "many", text, size, &read, diagnostics);
	if (!err)
		err = policy_compile(policy, &options, compiled, diagnostics);
	free(text);
	return err;
}

static bool has_act(const struct compiled *compiled, uint32_t rule)
{
	const struct tg_policy *constants = &compiled->constants;
	const uint8_t *bytes = compiled->tables.bytes;
	struct tg_act act;
	uint32_t number;

	memcpy(&number, bytes + constants->rule_acts + rule * sizeof(number),
	       sizeof(number));
	memcpy(&act, bytes + constants->acts + number * sizeof(act),
	       sizeof(act));
	return act.mark == rule && act.changes == TG_ACT_SET_MARK;
}

static void check_many(struct tap *tap, uint32_t count, bool has_table)
{
	struct diagnostics diagnostics = { 0 };
	struct compiled compiled = { 0 };
	struct policy policy = { 0 };
	bool good = !compile_many(&policy, &compiled, &diagnostics, count);

	good = good && !!compiled.constants.rule_acts == has_table;
	for (uint32_t rule = 1; good && has_table && rule <= count; rule++)
		good = has_act(&compiled, rule);
	tap_ok(tap, good, "%u rules that each do something else", count);
	compiled_free(&compiled);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, ROWS + 3);

	for (size_t i = 0; i < ROWS; i++)
		check_row(&tap, &rows[i]);
	/* the default's act is one more */
	check_many(&tap, TG_ACT_OF_RULE - 1, false);
	check_many(&tap, TG_ACT_OF_RULE, true);
	check_many(&tap, MANY, true);
	return tap_end(&tap);
}
