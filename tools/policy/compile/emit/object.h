/* SPDX-License-Identifier: GPL-2.0-only */
/* A compiled policy as a copy of the plugin's object, for tc and ip to load. */
#ifndef TG_COMPILE_OBJECT_H
#define TG_COMPILE_OBJECT_H

#include "policy/compile/compile.h"

/* 0, or a negative errno after one message to standard error. */
int object_write(const struct policy *policy, const struct compiled *compiled,
		 const char *plugin, const char *path);

#endif
