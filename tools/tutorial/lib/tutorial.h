/* SPDX-License-Identifier: GPL-2.0-only */
/* What the loaders and readers of the tutorial share. */
#ifndef TG_TUTORIAL_H
#define TG_TUTORIAL_H

#include <stdbool.h>

#include <bpf/libbpf.h>

enum { STATUS_FAILED = 1, STATUS_USAGE = 2 };

/* "PROGRAM: what went wrong" on one line, and the end. */
void die(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/*
 * With --help as the first argument: prints the text and ends well. With fewer
 * or more arguments than these: the text goes to stderr, and the end.
 */
void expect_arguments(int argc, char **argv, int least, int most,
		      const char *usage);

/* A whole number from an argument, or the end. */
int number(const char *what, const char *text, int least, int most);

/*
 * Loads the one program in this section of this object, as a program of this
 * type whatever the section is called, and returns its descriptor. The rest
 * of the object is not loaded. Ends with one line if it can't be done.
 */
int load_program(const char *path, const char *section,
		 enum bpf_prog_type type);

#endif
