/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pinned maps that tools write through mmap: the lock of their folder, and
 * their memory. Functions return a negative errno on failure, and print
 * nothing if not said otherwise.
 */
#ifndef TG_PINNED_MAP_H
#define TG_PINNED_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The folder of the pin: a tool that changes the map has its lock. */
int pin_open_folder(const char *pin);

/* Prints "PROGRAM: PIN: what it is", and returns err. */
int pin_fail(const char *pin, const char *what, int err);

/*
 * Waits for the folder's lock, which readers share. After a second, says on
 * stderr what it waits for.
 */
int pin_lock_folder(int folder, const char *pin, bool is_exclusive);

/* The same, and the folder is the one that the path names: returns it. */
int pin_open_folder_locked(const char *pin);

/*
 * Makes the attachment's pin a link of the instance's; it may be one already.
 * Prints a message on failure.
 */
int pin_link(const char *shared, const char *pin);

/* Draws words that nobody can guess. */
int random_secret(uint32_t *words, size_t count);

/*
 * The map in this place of a map of maps, and its id. The map may be replaced
 * meanwhile: then it is the new one.
 */
int inner_map_open(int outer, uint32_t place, uint32_t *id);

/*
 * Maps `size` bytes of an array map into memory. NULL on failure: see errno.
 * Needs munmap() with the same size.
 */
void *array_memory(int fd, size_t size, bool is_writable);

#endif
