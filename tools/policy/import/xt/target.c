// SPDX-License-Identifier: GPL-2.0-only
/* Targets of iptables and the actions they become. */
#include <string.h>

#include "iptables.h"

/* Reject types without an equivalent in the policy language are missing. */
static const struct {
	const char *name;
	bool ip6;
	enum policy_reject reject;
} rejects[] = {
	{ "tcp-reset", false, POLICY_REJECT_RESET },
	{ "tcp-reset", true, POLICY_REJECT_RESET },
	{ "tcp-rst", false, POLICY_REJECT_RESET },
	{ "icmp-port-unreachable", false, POLICY_REJECT_PORT },
	{ "port-unreach", false, POLICY_REJECT_PORT },
	{ "icmp-host-unreachable", false, POLICY_REJECT_HOST },
	{ "host-unreach", false, POLICY_REJECT_HOST },
	{ "icmp-admin-prohibited", false, POLICY_REJECT_ADMIN },
	{ "admin-prohib", false, POLICY_REJECT_ADMIN },
	{ "icmp6-port-unreachable", true, POLICY_REJECT_PORT },
	{ "port-unreach", true, POLICY_REJECT_PORT },
	{ "icmp6-addr-unreachable", true, POLICY_REJECT_HOST },
	{ "addr-unreach", true, POLICY_REJECT_HOST },
	{ "icmp6-adm-prohibited", true, POLICY_REJECT_ADMIN },
	{ "adm-prohibited", true, POLICY_REJECT_ADMIN },
};

static void read_reject_with(struct xt_line *line, const char *const *arguments)
{
	for (size_t i = 0; i < sizeof(rejects) / sizeof(*rejects); i++) {
		if (rejects[i].ip6 == line->ip6 &&
		    !strcmp(rejects[i].name, arguments[0])) {
			line->rule.reject = rejects[i].reject;
			return;
		}
	}
	line->rule.left_out = arena_format(
		&line->import->arena,
		"its reply type, which has no equivalent: '--reject-with %s'",
		arguments[0]);
	line->drops = true;
}

/* Clears the bits of mask, then toggles those of value. */
static void set_mark(struct xt_line *line, uint64_t value, uint64_t mask)
{
	if (value & ~mask)
		import_problem(line->import, &line->rule,
			       "no equivalent of toggling bits of a mark");
	line->rule.mark = (struct import_mark){ value, mask };
}

static void read_set_xmark(struct xt_line *line, const char *const *arguments)
{
	uint64_t value, mask;

	if (xt_read_masked(line, arguments[0], UINT32_MAX, &value, &mask))
		set_mark(line, value, mask);
}

static void read_set_mark(struct xt_line *line, const char *const *arguments)
{
	uint64_t value, mask;

	if (xt_read_masked(line, arguments[0], UINT32_MAX, &value, &mask))
		set_mark(line, value, mask | value);
}

static void read_and_mark(struct xt_line *line, const char *const *arguments)
{
	uint64_t value, mask;

	if (xt_read_masked(line, arguments[0], UINT32_MAX, &value, &mask))
		set_mark(line, 0, ~value & UINT32_MAX);
}

static void read_or_mark(struct xt_line *line, const char *const *arguments)
{
	uint64_t value, mask;

	if (xt_read_masked(line, arguments[0], UINT32_MAX, &value, &mask))
		set_mark(line, value, value);
}

static void read_xor_mark(struct xt_line *line, const char *const *arguments)
{
	uint64_t value, mask;

	if (xt_read_masked(line, arguments[0], UINT32_MAX, &value, &mask))
		set_mark(line, value, 0);
}

/* Of an entry that is there, the later deadline counts. */
static void read_exist(struct xt_line *line, const char *const *arguments)
{
	(void)line;
	(void)arguments;
}

static const struct xt_option options[] = {
	{ "REJECT", "--reject-with", 1, .read = read_reject_with },
	{ "MARK", "--set-xmark", 1, .read = read_set_xmark },
	{ "MARK", "--set-mark", 1, .read = read_set_mark },
	{ "MARK", "--and-mark", 1, .read = read_and_mark },
	{ "MARK", "--or-mark", 1, .read = read_or_mark },
	{ "MARK", "--xor-mark", 1, .read = read_xor_mark },
	{ "SET", "--add-set", 2, .read = xt_read_add_set },
	{ "SET", "--del-set", 2, .read = xt_read_del_set },
	{ "SET", "--timeout", 1, .read = xt_read_set_timeout },
	{ "SET", "--exist", 0, .read = read_exist },
};

/* A user-defined chain may have any name, but takes no options. */
const struct xt_option *xt_target_option(const char *name)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		if (!strcmp(options[i].name, name))
			return &options[i];
	}
	return NULL;
}

/* What they say first; their other options are skipped. */
static const struct {
	const char *name, *prefix;
} logs[] = {
	{ "LOG", "--log-prefix" },
	{ "NFLOG", "--nflog-prefix" },
	{ "ULOG", "--ulog-prefix" },
};

static bool read_log(struct xt_line *line, const char *name)
{
	for (size_t i = 0; i < sizeof(logs) / sizeof(*logs); i++) {
		const char *text = NULL;

		if (strcmp(logs[i].name, name) || line->is_goto)
			continue;
		for (size_t j = line->at; j + 1 < line->count; j++) {
			if (!strcmp(line->words[j], logs[i].prefix))
				text = line->words[j + 1];
		}
		line->target = NULL;
		line->at = line->count;
		import_add_log(line->import, &line->rule, text);
		return true;
	}
	return false;
}

/* Targets that do not affect the verdict; their options are skipped. */
static const char *const bystanders[] = {
	"TRACE", "AUDIT", "LED", "CHECKSUM", "TCPMSS", "CLASSIFY", "RATEEST",
};

void xt_read_target(struct xt_line *line, const char *name)
{
	struct import_rule *rule = &line->rule;

	line->target = name;
	if (read_log(line, name))
		return;
	for (size_t i = 0; i < sizeof(bystanders) / sizeof(*bystanders); i++) {
		if (strcmp(bystanders[i], name) || line->is_goto)
			continue;
		line->target = NULL;
		line->at = line->count;
		import_problem(line->import, rule, "no equivalent of '-j %s'",
			       name);
	}
}

static const struct {
	const char *name;
	enum import_action action;
} targets[] = {
	{ "ACCEPT", IMPORT_PASS },   { "DROP", IMPORT_DROP },
	{ "REJECT", IMPORT_REJECT }, { "RETURN", IMPORT_RETURN },
	{ "MARK", IMPORT_NONE },     { "SET", IMPORT_NONE },
};

void xt_finish_target(struct xt_line *line)
{
	struct import_rule *rule = &line->rule;

	if (!line->target)
		return; /* no target: only counts */
	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		if (strcmp(targets[i].name, line->target) || line->is_goto)
			continue;
		rule->action = targets[i].action;
		/* with a problem, it is unknown which bits change */
		rule->unknown = rule->problem && !strcmp(line->target, "MARK");
		/* iptables' default, also for TCP */
		if (rule->action == IMPORT_REJECT &&
		    rule->reject == POLICY_REJECT_AUTO)
			rule->reject = POLICY_REJECT_PORT;
		if (line->drops)
			rule->action = IMPORT_DROP;
		return;
	}
	rule->action = line->is_goto ? IMPORT_GOTO : IMPORT_JUMP;
	rule->target = line->target;
}
