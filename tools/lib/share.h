/* SPDX-License-Identifier: GPL-2.0-only */
/* Hard-links equal object files to save memory in /run. Used by tg-splice. */
#ifndef TG_SHARE_H
#define TG_SHARE_H

#include "elf_object.h"

/*
 * Makes path a hard link to an object file in its folder with the same bytes.
 * Returns false, with nothing changed, if there is none or linking fails.
 */
bool share_object(const struct elf_object *object, const char *path);

#endif
