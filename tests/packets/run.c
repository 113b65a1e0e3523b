// SPDX-License-Identifier: GPL-2.0-only
/*
 * run - runs the packets of verdicts.table through plugins with
 * BPF_PROG_TEST_RUN; nothing is attached or pinned. Needs root.
 *
 *	build/tests/run [--build build] [tests/packets/verdicts.table]
 *	build/tests/run --self-test
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include <linux/pkt_cls.h>

#include <bpf/bpf.h>

#include "judge.h"
#include "table.h"
#include "tap.h"
#include "words.h"

#define EXIT_USAGE 2
#define EXPECTED_MAX 2

enum column { PACKET, PLUGIN, HOOKS, VERDICT, REASON, COLUMNS };

struct expectation {
	bool places[JUDGE_PLACES];
	enum tg_verdict verdict;
	enum tg_reason reason;
};

/* Keeps the plugin loaded, as rows of one plugin follow each other. */
struct session {
	const char *directory;
	char plugin[128];
	struct judge *judge;
	int runs;
};

struct trial {
	struct craft craft;
	struct expectation expected;
	FILE *complaints;
	bool passed;
	int judged; /* number of hooks */
	int refused;
};

__attribute__((format(printf, 2, 3))) static void
complain(struct trial *trial, const char *format, ...)
{
	va_list args;

	trial->passed = false;
	fputs("# ", trial->complaints);
	va_start(args, format);
	vfprintf(trial->complaints, format, args);
	va_end(args);
	fputc('\n', trial->complaints);
}

static int code_of(enum judge_place place, enum tg_verdict verdict)
{
	bool xdp = judge_hooks[place] == TG_HOOK_XDP;

	switch (verdict) {
	case TG_VERDICT_DROP:
		return xdp ? XDP_DROP : TC_ACT_SHOT;
	case TG_VERDICT_ACCEPT:
		return xdp ? XDP_PASS : TC_ACT_OK;
	default:
		return xdp ? XDP_PASS : TC_ACT_UNSPEC;
	}
}

/* With "next" the end program of the chain counts as well. */
static int expected_cells(const struct expectation *expected, enum tg_hook hook,
			  unsigned int *cells)
{
	int count = 0;

	cells[count++] =
		TG_COUNTER_INDEX(hook, expected->verdict, expected->reason);
	if (expected->verdict == TG_VERDICT_NEXT)
		cells[count++] = TG_COUNTER_INDEX(hook, TG_VERDICT_PASS,
						  TG_REASON_NO_MATCH);
	return count;
}

static void print_cell(struct trial *trial, const char *place, const char *what,
		       unsigned int index, const struct tg_counter *by)
{
	complain(trial, "%s: %s %s/%s/%s by %llu packets, %llu bytes", place,
		 what, hook_word(index / TG_REASONS / TG_VERDICTS),
		 verdict_word(index / TG_REASONS % TG_VERDICTS),
		 reason_word(index % TG_REASONS),
		 (unsigned long long)by->packets,
		 (unsigned long long)by->bytes);
}

static void check_counters(struct trial *trial, enum judge_place place,
			   const struct judge_outcome *outcome)
{
	struct tg_counter one = { .packets = 1, .bytes = trial->craft.size };
	unsigned int cells[EXPECTED_MAX];
	int count = expected_cells(&trial->expected, judge_hooks[place], cells);
	int right = 0;

	for (int i = 0; i < count; i++) {
		for (int j = 0; j < outcome->grown && j < JUDGE_GREW_MAX; j++)
			right += outcome->grew[j].index == cells[i] &&
				 !memcmp(&outcome->grew[j].by, &one,
					 sizeof(one));
	}
	if (right == count && outcome->grown == count)
		return;
	for (int i = 0; i < count; i++)
		print_cell(trial, judge_names[place], "expected growth of",
			   cells[i], &one);
	for (int j = 0; j < outcome->grown && j < JUDGE_GREW_MAX; j++)
		print_cell(trial, judge_names[place], "   found growth of",
			   outcome->grew[j].index, &outcome->grew[j].by);
	if (!outcome->grown)
		complain(trial, "%s: no counter grew", judge_names[place]);
}

static void check_place(struct trial *trial, struct session *session,
			enum judge_place place)
{
	int code = code_of(place, trial->expected.verdict);
	const struct craft *craft = &trial->craft;
	struct judge_outcome outcome;
	int err = judge_ask(session->judge, place, craft, &outcome);

	if (err == -EINVAL) {
		trial->refused++;
		goto out;
	}
	if (err) {
		complain(trial, "%s: cannot be run: %s", judge_names[place],
			 strerror(-err));
		goto out;
	}
	trial->judged++;
	session->runs++;
	if (outcome.code != code)
		complain(trial, "%s: expected return code %d, found %d",
			 judge_names[place], code, outcome.code);
	if (outcome.size != craft->size ||
	    memcmp(outcome.bytes, craft->bytes, craft->size))
		complain(trial, "%s: the packet was changed, %zu bytes now",
			 judge_names[place], outcome.size);
	check_counters(trial, place, &outcome);
out:
	judge_outcome_free(&outcome);
}

static struct judge *judge_for(struct session *session, const char *plugin)
{
	if (session->judge && !strcmp(session->plugin, plugin))
		return session->judge;
	judge_close(session->judge);
	snprintf(session->plugin, sizeof(session->plugin), "%s", plugin);
	session->judge = judge_open(session->directory, plugin);
	return session->judge;
}

/* Parses a row; returns false after reporting an error. */
static bool understand(struct trial *trial, const struct table_row *row)
{
	struct expectation *expected = &trial->expected;

	if (craft_packet(&trial->craft, row->columns[PACKET]) < 0)
		complain(trial, "%s", trial->craft.error);
	else if (!places_of(row->columns[HOOKS], expected->places))
		complain(trial, "no hooks: '%s'", row->columns[HOOKS]);
	else if (!verdict_of(row->columns[VERDICT], &expected->verdict))
		complain(trial, "no verdict: '%s'", row->columns[VERDICT]);
	else if (!reason_of(row->columns[REASON], &expected->reason))
		complain(trial, "no reason: '%s'", row->columns[REASON]);
	return trial->passed;
}

static void run_row(struct tap *tap, const struct table_row *row,
		    struct session *session)
{
	struct trial trial = { .passed = true };
	char *complaints = NULL, *name = NULL;
	size_t size = 0;

	trial.complaints = open_memstream(&complaints, &size);
	if (!trial.complaints ||
	    asprintf(&name, "%s on %s: %s (%s): %s", row->columns[PLUGIN],
		     row->columns[HOOKS], row->columns[VERDICT],
		     row->columns[REASON], row->columns[PACKET]) < 0)
		abort();
	if (understand(&trial, row)) {
		if (!judge_for(session, row->columns[PLUGIN]))
			complain(&trial, "no such plugin");
		for (enum judge_place place = 0;
		     session->judge && place < JUDGE_PLACES; place++) {
			if (trial.expected.places[place])
				check_place(&trial, session, place);
		}
	}
	fclose(trial.complaints);
	if (trial.passed && trial.judged == 0) {
		tap_skip(tap, name, "this kernel cannot make such a packet");
	} else if (!tap_ok(tap, trial.passed, "%s", name)) {
		tap_note(tap, "line %d", row->line);
		fputs(complaints, tap->out);
		tap_dump(tap, trial.craft.bytes, trial.craft.size);
	} else if (trial.refused) {
		tap_note(tap,
			 "left out on %d of its hooks: "
			 "this kernel cannot make such a packet",
			 trial.refused);
	}
	free(name);
	free(complaints);
	craft_free(&trial.craft);
}

static int run_table(struct session *session, const char *path)
{
	struct table table;
	struct tap tap;

	if (table_read(&table, path, COLUMNS) < 0)
		return EXIT_FAILURE;
	tap = tap_plan(stdout, table.count);
	for (size_t i = 0; i < table.count; i++)
		run_row(&tap, &table.rows[i], session);
	tap_note(&tap, "%zu rows, %d runs", table.count, session->runs);
	table_free(&table);
	return tap_end(&tap);
}

/* Rows with one error each. */
static const char wrong_rows[] =
	"eth ip4 tcp dport=80 | drop_tcp  | xdp     | pass   | no-match\n"
	"eth ip4 tcp dport=80 | drop_tcp  | xdp     | drop   | icmp\n"
	"eth ip4 tcp dport=80 | drop_tcp  | egress  | next   | malformed\n"
	"eth ip4 tcp dport=81 | drop_tcp  | ingress | drop   | tcp-port\n"
	"eth ip4 tcp dport=81 | drop_tcp  | ingress | accept | no-match\n"
	"eth ip4 ihl=4 tcp    | drop_tcp  | xdp     | pass   | no-match\n"
	"eth ip4 ihl=4 tcp    | drop_tcp  | all     | next   | counted\n"
	"eth ip4 tcp          | count     | all     | next   | no-match\n"
	"eth ip4 tcp          | count     | nowhere | next   | counted\n"
	"eth ip5 tcp          | count     | all     | next   | counted\n"
	"eth ip4 tcp          | no_such   | all     | next   | counted\n";

static int self_test(struct session *session)
{
	struct table table;
	struct tap tap;

	if (table_parse(&table, "self-test", wrong_rows, COLUMNS) < 0)
		return EXIT_FAILURE;
	tap = tap_plan(stdout, table.count);
	for (size_t i = 0; i < table.count; i++) {
		struct tap inner = { .planned = 1 };
		char *said = NULL;
		size_t size = 0;

		inner.out = open_memstream(&said, &size);
		if (!inner.out)
			abort();
		run_row(&inner, &table.rows[i], session);
		fclose(inner.out);
		if (!tap_ok(&tap,
			    inner.failed == 1 && !strncmp(said, "not ok 1", 8),
			    "a wrong row is reported: line %zu", i + 1))
			tap_note(&tap, "it said: %s", said);
		free(said);
	}
	table_free(&table);
	return tap_end(&tap);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "build", required_argument, NULL, 'b' },
		{ "self-test", no_argument, NULL, 's' },
		{ 0 },
	};
	struct session session = { .directory = "build" };
	bool tests_itself = false;
	int option, status;

	while ((option = getopt_long(argc, argv, "b:s", options, NULL)) >= 0) {
		if (option == 'b')
			session.directory = optarg;
		else if (option == 's')
			tests_itself = true;
		else
			return EXIT_USAGE;
	}
	if (tests_itself)
		status = self_test(&session);
	else
		status = run_table(&session,
				   optind < argc
					   ? argv[optind]
					   : "tests/packets/verdicts.table");
	judge_close(session.judge);
	return status;
}
