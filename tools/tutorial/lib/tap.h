/* SPDX-License-Identifier: GPL-2.0-only */
/* Opens queues of tap devices. Used by tap-pong and tap-steer. */
#ifndef TG_TAP_H
#define TG_TAP_H

/* Exits with a message if the device does not exist or is not a tap device. */
void expect_tap(const char *device);

/*
 * Opens a new queue of a multi-queue tap device and returns its fd; the first
 * queue creates the device. Exits with a message on error.
 */
int open_tap_queue(const char *device);

#endif
