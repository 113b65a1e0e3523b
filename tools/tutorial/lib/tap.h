/* SPDX-License-Identifier: GPL-2.0-only */
/* Queues of tap devices. */
#ifndef TG_TAP_H
#define TG_TAP_H

/* Ends with one line if there is no such device, or if it is no tap. */
void expect_tap(const char *device);

/*
 * A new queue of the tap device of several queues, which comes into being
 * with its first one. Ends with one line if it can't be done.
 */
int open_tap_queue(const char *device);

#endif
