/* SPDX-License-Identifier: GPL-2.0-only */
/* A copy of an object with other constants, made by the tool itself. */
#ifndef TG_SPLICE_H
#define TG_SPLICE_H

/*
 * Runs DIRECTORY/tg-splice; constants are NAME=VALUE, with commas between
 * them. The path of the copy, or NULL after the tool's own message.
 */
char *splice_object(const char *directory, const char *object,
		    const char *constants);
void unlink_object(const char *path);

#endif
