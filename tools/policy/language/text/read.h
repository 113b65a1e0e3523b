/* SPDX-License-Identifier: GPL-2.0-only */
/* The parser, for callers that process the messages themselves. */
#ifndef TG_POLICY_READ_H
#define TG_POLICY_READ_H

#include "diagnostic.h"

struct read_options {
	bool alone;	 /* ignore includes; allow undefined names */
	bool no_include; /* an include is an error */
};

/*
 * Both return 0 or a negative errno. Call policy_free() even after an error:
 * the messages refer to the sources of the policy.
 */
int policy_read_file(struct policy *policy, const char *path,
		     const struct read_options *options,
		     struct diagnostics *diagnostics);
int policy_read_text(struct policy *policy, const char *name, const char *text,
		     size_t size, const struct read_options *options,
		     struct diagnostics *diagnostics);

#endif
