// SPDX-License-Identifier: GPL-2.0-only
#include "verdict_names.h"

#include <stddef.h>

const char *verdict_name(int verdict)
{
	switch (verdict) {
#define VERDICT_NAME(number, name, text) \
	case number:                     \
		return text;
		TG_VERDICT_LIST(VERDICT_NAME)
	default:
		return "?";
	}
}

const char *reason_name(int reason)
{
	static const char *const own[] = { "own-0", "own-1", "own-2", "own-3",
					   "own-4", "own-5", "own-6", "own-7" };

	switch (reason) {
#define REASON_NAME(number, name, text, meaning) \
	case number:                             \
		return text;
		TG_REASON_LIST(REASON_NAME)
	default:
		if (reason < TG_REASON_OWN_FIRST || reason >= TG_REASONS)
			return "?";
		return own[reason - TG_REASON_OWN_FIRST];
	}
}

const char *reason_meaning(int reason)
{
	switch (reason) {
#define REASON_MEANING(number, name, text, meaning) \
	case number:                                \
		return meaning;
		TG_REASON_LIST(REASON_MEANING)
	default:
		return NULL;
	}
}
