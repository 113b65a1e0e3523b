// SPDX-License-Identifier: GPL-2.0-only
/*
 * match_table - runs the cases of policy/match.table through the policy parser,
 * the description parser and the reference matcher.
 *
 *	build/tests/match_table [tests/policy/match.table]
 */
#include <errno.h>
#include <string.h>

#include "packet/describe.h"
#include "policy/match/match.h"
#include "policy/language/parse/policy_parse.h"
#include "set_contents.h"
#include "tap.h"

#define TABLE "tests/policy/match.table"

static const char *const actions[] = {
	[POLICY_NEXT] = "next",	    [POLICY_PASS] = "pass",
	[POLICY_ACCEPT] = "accept", [POLICY_DROP] = "drop",
	[POLICY_REJECT] = "reject",
};

struct run {
	struct tap tap;
	int line; /* of the table */
	char *name;
	char *text; /* of the policy */
	size_t size;
	bool has_policy;
	struct policy policy;
	struct set_contents contents;
	struct described described;
};

static char *strip(char *text)
{
	size_t size;

	text += strspn(text, " \t");
	size = strlen(text);
	while (size && strchr(" \t\n", text[size - 1]))
		text[--size] = 0;
	return text;
}

static void end_case(struct run *run)
{
	if (run->has_policy)
		policy_free(&run->policy);
	run->has_policy = false;
	set_contents_free(&run->contents);
	free(run->text);
	free(run->name);
	run->text = NULL;
	run->name = NULL;
	run->size = 0;
}

static void start_case(struct run *run, const char *name)
{
	end_case(run);
	set_contents_start(&run->contents);
	run->name = strdup(name);
	run->text = strdup("");
	if (!run->name || !run->text)
		abort();
}

static void add_text(struct run *run, const char *line)
{
	size_t size = strlen(line);

	run->text = realloc(run->text, run->size + size + 1);
	if (!run->text)
		abort();
	memcpy(run->text + run->size, line, size + 1);
	run->size += size;
}

static void parse_policy(struct run *run)
{
	run->has_policy = !policy_parse_text(&run->policy, run->name, run->text,
					     run->size, stdout);
	if (!run->has_policy)
		tap_ok(&run->tap, false, "%s: the policy is one", run->name);
}

static void judge(struct run *run, char *found, size_t size)
{
	struct policy_packet packet;
	struct match_context context = { .packet = &packet,
					 .sets = &run->contents.sets };
	struct policy_verdict verdict;
	char line[32] = "default";

	run->described.metadata.has_skb = true;
	context.is_over = run->described.limit == TG_LIMIT_OVER + 1;
	policy_packet_read(&packet, run->described.frame, run->described.size,
			   &run->described.metadata);
	verdict = policy_match(&run->policy, &context);
	if (verdict.rule)
		snprintf(line, sizeof(line), "%u", verdict.rule->place.line);
	snprintf(found, size, "%s %s%s", actions[verdict.action], line,
		 packet.malformed ? " malformed" : "");
}

static void check_packet(struct run *run, char *row)
{
	char *packet = strip(strsep(&row, "|"));
	char *verdict = row ? strip(strsep(&row, "|")) : NULL;
	char *line = row ? strip(row) : NULL;
	struct describe_error error;
	char expected[128], found[128] = "";

	if (!line) {
		tap_ok(&run->tap, false, "line %d has three columns",
		       run->line);
		return;
	}
	if (describe(&run->described, packet, strlen(packet), &error)) {
		tap_ok(&run->tap, false, "line %d: '%s' is a packet", run->line,
		       packet);
		describe_error_print(run->tap.out, "# ", packet, strlen(packet),
				     &error);
		return;
	}
	snprintf(expected, sizeof(expected), "%s %s", verdict, line);
	judge(run, found, sizeof(found));
	if (!tap_ok(&run->tap, !strcmp(expected, found), "%s: %s", run->name,
		    packet))
		tap_note(&run->tap, "line %d: expected %s, found %s", run->line,
			 expected, found);
}

static void fill_set(struct run *run, char *line)
{
	if (!set_contents_add(&run->contents, strip(line)))
		tap_ok(&run->tap, false, "line %d fills a set", run->line);
}

static void hear(struct run *run, char *line)
{
	bool in_packets = run->has_policy;

	if (!strncmp(line, "== ", 3))
		start_case(run, strip(line + 3));
	else if (!run->name) /* what comes before the first case, or after a
			      * policy that is none */
		return;
	else if (!in_packets && !strcmp(line, "--\n"))
		parse_policy(run);
	else if (!in_packets)
		add_text(run, line);
	else if (*line == '@')
		fill_set(run, line + 1);
	else if (line[strspn(line, " \t\n")])
		check_packet(run, line);
}

int main(int argc, char **argv)
{
	struct run *run = calloc(1, sizeof(*run));
	const char *path = argc > 1 ? argv[1] : TABLE;
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	int status;

	if (!file || !run) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		free(run);
		return EXIT_FAILURE;
	}
	run->tap.out = stdout;
	while (getline(&line, &room, file) >= 0) {
		run->line++;
		hear(run, line);
	}
	end_case(run);
	free(line);
	fclose(file);

	/* the number of rows is only known now */
	run->tap.planned = run->tap.done;
	printf("1..%d\n", run->tap.planned);
	if (!run->tap.done)
		tap_ok(&run->tap, false, "%s has rows", path);
	status = tap_end(&run->tap);
	free(run);
	return status;
}
