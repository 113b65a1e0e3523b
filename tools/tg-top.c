// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-top - shows what chains count while packets flow: on a terminal with
 * ncurses, else as lines or JSON. It only reads; for talkers it runs 'tailgate
 * capture'.
 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "live/look.h"
#include "top/lines.h"
#include "top/options.h"
#include "top/output.h"
#include "top/screen.h"
#include "top/talkers.h"
#include "top/wait.h"

/* Until the first rates, by which the sampling of talkers is chosen. */
#define FIRST_NS (SECOND_NS / 5)

static int top_say(const char *text)
{
	fprintf(stderr, "tailgate: %s\n", text);
	return EXIT_FAILURE;
}

/* --- lines */

/* That the reader has closed the pipe, or a signal came, is no error. */
static bool lines_end(int *status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return false;
	*status = errno == EPIPE || wait_has_ended()
			  ? EXIT_SUCCESS
			  : top_say("cannot write to the standard output");
	return true;
}

static int print_sample(struct top *top, const struct top_options *options)
{
	const struct talkers *talkers =
		top->talkers->is_on ? top->talkers : NULL;
	int err = options->json ? lines_print_json(top, options, talkers)
				: lines_print(top, options);

	top->note_count = 0;
	return err;
}

static int top_failed(const struct top *top, int err)
{
	char text[600];

	snprintf(text, sizeof(text), "%s%s", top->error,
		 err == -ENODEV ? ": top ends" : "");
	return top_say(text);
}

static int print_samples(struct top *top, const struct top_options *options)
{
	uint64_t next = top->time;
	int status = EXIT_SUCCESS, err;

	if (!options->json)
		lines_print_head();
	for (uint64_t n = 0; !options->count || n < options->count; n++) {
		next += options->interval;
		if (next < top_now())
			next = top_now();
		while (!lines_end(&status)) {
			enum wait_result result = wait_until(next, -1);

			if (result == WAIT_END)
				return EXIT_SUCCESS;
			if (result == WAIT_TIME)
				break;
		}
		if (ferror(stdout))
			return status;
		err = top_sample(top);
		if (err)
			return top_failed(top, err);
		err = print_sample(top, options);
		if (err)
			return top_say(strerror(-err));
	}
	lines_end(&status);
	return status;
}

/* Talkers are gathered before the first sample that is printed begins. */
static int run_lines(struct top *top, const struct top_options *options)
{
	int err = 0;

	if (options->talkers) {
		if (wait_until(top->time + FIRST_NS, -1) == WAIT_END)
			return EXIT_SUCCESS;
		err = top_sample(top);
		if (!err && talkers_begin(top->talkers, top))
			return top_say("cannot run 'tailgate capture'");
		if (!err)
			err = top_sample(top);
	}
	return err ? top_failed(top, err) : print_samples(top, options);
}

/* --- the beginning */

static int top_begin(struct top *top)
{
	char text[200];
	int err = top_sample(top);

	if (err == -ENODEV) {
		snprintf(text, sizeof(text), "no such device: '%s'", top->only);
		return top_say(text);
	}
	if (err)
		return top_failed(top, err);
	if (top_has_chains(top))
		return EXIT_SUCCESS;
	if (top->failures)
		return top_say(look_error());
	snprintf(text, sizeof(text), "nothing is attached%s%s%s",
		 top->only ? " to '" : "", top->only ? top->only : "",
		 top->only ? "'" : "");
	return top_say(text);
}

static int run(struct top *top, const struct top_options *options)
{
	const char *terminal = getenv("TERM");
	bool is_dumb = !terminal || !*terminal || !strcmp(terminal, "dumb");
	int status = top_begin(top);

	if (status)
		return status;
	if (!options->json && !options->lines && !is_dumb &&
	    isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
		status = screen_run(top, options);
		if (status >= 0)
			return status;
	}
	if (!output_prepare())
		return top_say(strerror(ENOMEM));
	return run_lines(top, options);
}

int main(int argc, char **argv)
{
	struct top_options options = {
		.interval = SECOND_NS,
		.view = TOP_VIEW_ALL,
		.filter = "",
	};
	struct talkers talkers = { .options = &options };
	struct top top = { .talkers = &talkers };
	int status = options_parse(&options, argc, argv);

	if (status)
		return status;
	setlocale(LC_CTYPE, "");
	libbpf_set_print(NULL);
	wait_prepare();
	top.only = options.device;
	status = run(&top, &options);
	talkers_end(&talkers);
	top_free(&top);
	return status;
}
