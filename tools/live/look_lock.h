/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waits for a lock on a file descriptor that the shell has opened and keeps
 * after tg-look exits.
 */
#ifndef TG_LOOK_LOCK_H
#define TG_LOOK_LOCK_H

/*
 * Locks the descriptor. After a second of waiting, a line with the lock's
 * holder is written to the descriptor `out`. Returns 0 or a negative errno.
 */
int look_lock(int fd, int out, const char *device);

#endif
