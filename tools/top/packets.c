// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs 'tailgate capture' for the selected row, in place of the screen, and
 * goes on when it ends.
 */
#include "screen_state.h"

#include <inttypes.h>
#include <ncurses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "lib/hook_names.h"
#include "lib/verdict_names.h"
#include "wait.h"

/* Lines that can be read, or at least written, in a second. */
#define LINES_WANTED 1000

#define WORDS_MAX 16

struct command {
	char *words[WORDS_MAX];
	int count;
	char number[16], sample[24], name[64];
};

static void add_word(struct command *command, const char *word)
{
	command->words[command->count++] = (char *)word;
	command->words[command->count] = NULL;
}

static void add_option(struct command *command, const char *option,
		       const char *value)
{
	add_word(command, option);
	add_word(command, value);
}

/* What is only noted is not among the verdicts that can be asked for. */
static void add_verdict(struct command *command, const struct top_row *row)
{
	if (row->verdict != TG_VERDICT_NEXT)
		add_word(command, verdict_name(row->verdict));
}

/* As a condition: from ADDRESS, to ADDRESS, tcp to port N */
static void add_talker(struct command *command, const struct top_row *row)
{
	char *space;

	snprintf(command->name, sizeof(command->name), "%s", row->name);
	if (row->end != TOP_PORT) {
		add_option(command, row->end == TOP_FROM ? "from" : "to",
			   command->name);
		return;
	}
	space = strchr(command->name, ' ');
	if (!space)
		return;
	*space = '\0';
	add_option(command, "proto", command->name);
	add_word(command, "to");
	add_option(command, "port", space + 1);
}

static void make_command(struct command *command, const char *tailgate,
			 const struct top_row *row)
{
	*command = (struct command){ 0 };
	add_option(command, tailgate, "capture");
	add_option(command, row->device, hook_name(row->hook));
	switch (row->kind) {
	case TOP_PLUGIN:
		add_verdict(command, row);
		add_option(command, "--plugin", row->name);
		break;
	case TOP_REASON:
		add_verdict(command, row);
		add_option(command, "--reason", row->name);
		break;
	case TOP_RULE:
		snprintf(command->number, sizeof(command->number), "%" PRIu32,
			 row->rule);
		add_option(command, "--rule", command->number);
		break;
	case TOP_TALKER:
		add_talker(command, row);
		break;
	default:
		break;
	}
	if (row->packet_rate < 2 * LINES_WANTED)
		return;
	snprintf(command->sample, sizeof(command->sample), "1/%.0f",
		 row->packet_rate / LINES_WANTED);
	add_option(command, "--sample", command->sample);
}

/* If top is killed, the kernel ends it, and the chain is as before. */
static int run_command(const struct command *command)
{
	pid_t parent = getpid(), process = fork();

	if (process < 0)
		return -1;
	if (process)
		return wait_for_process(process);
	wait_forget();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	execv(command->words[0], command->words);
	_exit(EXIT_FAILURE);
}

/* What it has said would vanish with the screen. */
static void wait_for_enter(void)
{
	enum wait_result result;

	fputs("tailgate: Enter goes back to top\n", stderr);
	do
		result = wait_until(top_now() + SECOND_NS * 3600, STDIN_FILENO);
	while (result != WAIT_END && result != WAIT_INPUT);
	tcflush(STDIN_FILENO, TCIFLUSH); /* the line is no key of the screen */
}

static const struct top_row *selected_row(const struct screen *screen)
{
	return screen->position < screen->shown_count
		       ? screen->shown[screen->position]
		       : NULL;
}

/* The numbers of rules may have changed since they were shown. */
static const struct top_row *find_again(struct screen *screen)
{
	const struct top_row *row = selected_row(screen);
	uint64_t key = row ? row->key : 0;
	bool was_paused = screen->is_paused;

	if (!row)
		return NULL;
	screen->is_paused = false;
	screen_sample(screen);
	screen->is_paused = was_paused;
	screen->selected = key;
	screen_select(screen);
	row = selected_row(screen);
	if (row && row->key == key)
		return row;
	screen_say(screen, "it is not there any more");
	return NULL;
}

void screen_open_packets(struct screen *screen)
{
	struct talkers *talkers = screen->top->talkers;
	const struct top_row *row = find_again(screen);
	bool had_talkers = talkers->is_on;
	struct command command;
	int status;

	if (!row || screen->is_ended)
		return;
	if (!screen->options->tailgate) {
		screen_say(screen, "packets are not captured with --dry-run");
		return;
	}
	make_command(&command, screen->options->tailgate, row);
	if (had_talkers) /* one at a time can watch a device */
		talkers_end(talkers);
	endwin();
	status = run_command(&command);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		wait_for_enter();
	screen->message_until = 0;
	if (had_talkers && !wait_has_ended() &&
	    talkers_begin(talkers, screen->top))
		screen_say(screen, "cannot run 'tailgate capture'");
	clearok(stdscr, TRUE);
	refresh();
}
