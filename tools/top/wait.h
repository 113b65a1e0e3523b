/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals, and waiting for the next sample. */
#ifndef TG_TOP_WAIT_H
#define TG_TOP_WAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Signals come only while this program waits. */
void wait_prepare(void);

enum wait_result {
	WAIT_TIME,  /* it is that time */
	WAIT_INPUT, /* there is something to read, or the terminal is gone */
	WAIT_SIGNAL,
	WAIT_END, /* of this program, by a signal */
};

/* A time of top_now(), and a descriptor or -1. */
enum wait_result wait_until(uint64_t time, int fd);

/* Waits until the descriptor takes more; false: this program ends. */
bool wait_to_write(int fd);

/* Whether a signal has ended this program. */
bool wait_has_ended(void);

/*
 * Waits for a process that has the terminal. Ctrl-C ends it, and other signals
 * are handed on. Returns its status as waitpid() does.
 */
int wait_for_process(pid_t process);

/* For a new process: no signal is blocked, ignored or handled. */
void wait_forget(void);

#endif
