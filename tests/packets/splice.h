/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies an object with changed constants, using tg-splice. */
#ifndef TG_SPLICE_H
#define TG_SPLICE_H

/*
 * Runs DIRECTORY/tg-splice with NAME=VALUE assignments separated by commas.
 * Returns the path of the copy, or NULL after tg-splice's message; the caller
 * frees it.
 */
char *splice_object(const char *directory, const char *object,
		    const char *constants);
void unlink_object(const char *path);

#endif
