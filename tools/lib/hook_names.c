// SPDX-License-Identifier: GPL-2.0-only
#include "hook_names.h"

const char *hook_name(unsigned int hook)
{
	switch (hook) {
#define HOOK_NAME(number, name, text) \
	case number:                  \
		return text;
		TG_HOOK_LIST(HOOK_NAME)
	default:
		return "?";
	}
}
