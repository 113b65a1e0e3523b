/* SPDX-License-Identifier: GPL-2.0-only */
/* One file for objects that are the same. */
#ifndef TG_SHARE_H
#define TG_SHARE_H

#include "elf_object.h"

/*
 * Makes path a hard link to an object in its folder that has the same bytes.
 * False where there is none, or no link can be made: nothing has changed then.
 */
bool share_object(const struct elf_object *object, const char *path);

#endif
