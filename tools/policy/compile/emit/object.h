/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a compiled policy as a copy of the plugin's object file. */
#ifndef TG_COMPILE_OBJECT_H
#define TG_COMPILE_OBJECT_H

#include "policy/compile/compile.h"

/* Returns 0, or a negative errno after printing one message to stderr. */
int object_write(const struct policy *policy, const struct compiled *compiled,
		 const char *plugin, const char *path);

#endif
