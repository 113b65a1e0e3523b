/* SPDX-License-Identifier: GPL-2.0-only */
/* Waits for a lock that the caller has opened, and keeps when we are gone. */
#ifndef TG_LOOK_LOCK_H
#define TG_LOOK_LOCK_H

/*
 * Locks the descriptor, which is shared with the caller. Where it has to wait
 * for more than a second, it writes to tell for whom. 0 or a negative
 * errno.
 */
int look_lock(int fd, int tell, const char *device);

#endif
