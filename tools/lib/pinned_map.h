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

/*
 * Waits for the folder's lock, which readers share. After a second, says on
 * stderr what it waits for.
 */
int pin_lock_folder(int folder, const char *pin, bool is_exclusive);

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
