/* SPDX-License-Identifier: GPL-2.0-only */
/* The parser for those who do more with its messages than print them. */
#ifndef TG_POLICY_READ_H
#define TG_POLICY_READ_H

#include "diagnostic.h"

struct read_options {
	bool alone;	 /* follow no include; names may be defined elsewhere */
	bool no_include; /* an include is an error */
};

/*
 * Each returns 0 or a negative errno. The policy needs policy_free() in any
 * case: the messages refer to its sources.
 */
int policy_read_file(struct policy *policy, const char *path,
		     const struct read_options *options,
		     struct diagnostics *diagnostics);
int policy_read_text(struct policy *policy, const char *name, const char *text,
		     size_t size, const struct read_options *options,
		     struct diagnostics *diagnostics);

#endif
