/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the two sides of talk. */
#ifndef TG_BENCH_TALK_H
#define TG_BENCH_TALK_H

#include <netinet/in.h>

#define MESSAGE 512 /* bytes */

/* Prints why, and returns an exit status. */
int talk_fail(const char *what);

/* Returns only if it fails. */
int talk_serve(const struct sockaddr_in *address);

#endif
