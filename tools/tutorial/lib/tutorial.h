/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers shared by the tutorial's loaders and map readers. On error they print
 * one line and exit.
 */
#ifndef TG_TUTORIAL_H
#define TG_TUTORIAL_H

#include <stdbool.h>

#include <bpf/libbpf.h>

enum { STATUS_FAILED = 1, STATUS_USAGE = 2 };

/* Prints "PROGRAM: MESSAGE" and exits. */
void die(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/*
 * Prints the usage and exits if the first argument is --help, or, with an
 * error, if the number of arguments is out of range.
 */
void expect_arguments(int argc, char **argv, int least, int most,
		      const char *usage);

/* Parses an integer argument, or exits if it is not in range. */
int number(const char *what, const char *text, int least, int most);

/*
 * Loads one program of an object, the one in this section, with this type
 * whatever the section's name, and returns its fd. Exits with a message on
 * error.
 */
int load_program(const char *path, const char *section,
		 enum bpf_prog_type type);

#endif
