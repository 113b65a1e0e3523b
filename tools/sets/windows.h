/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table that is mapped in parts, as its lines are touched: a command that
 * changes one entry of a million needs a few pages of 60 MiB.
 */
#ifndef TG_SETS_WINDOWS_H
#define TG_SETS_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct set_windows;

/* Reserves addresses for `size` bytes of the map. NULL: see errno. */
struct set_windows *set_windows_open(int fd, size_t size, bool is_writable);
void set_windows_close(struct set_windows *windows);

char *set_windows_start(const struct set_windows *windows);

/* Makes the line accessible. Exits after a message if that is impossible. */
void set_windows_touch(struct set_windows *windows, uint32_t line);

#endif
