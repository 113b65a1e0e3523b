/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of hooks, from the list in maps/hooks.h. */
#ifndef TG_HOOK_NAMES_H
#define TG_HOOK_NAMES_H

#include "hooks.h"

/* The name, or "?" for an unknown number. */
const char *hook_name(unsigned int hook);

#endif
