/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is to be said about a policy: collected while it is read and checked,
 * printed in the order of the text.
 */
#ifndef TG_POLICY_DIAGNOSTIC_H
#define TG_POLICY_DIAGNOSTIC_H

#include <stdbool.h>
#include <stdio.h>

#include "policy/language/policy.h"

enum severity {
	SEVERITY_ERROR,
	SEVERITY_WARNING,
	SEVERITIES,
};

struct diagnostic {
	enum severity severity;
	struct policy_place place; /* line 0: of the file as a whole */
	size_t order;
	char *message;
	char *hint; /* or NULL */
};

struct diagnostics {
	struct diagnostic *list;
	size_t count, room;
	size_t counts[SEVERITIES]; /* with those that are not in the list */
	bool hint_to_last;
};

__attribute__((format(printf, 3, 4))) void
report_error(struct diagnostics *diagnostics, struct policy_place place,
	     const char *format, ...);
__attribute__((format(printf, 3, 4))) void
report_warning(struct diagnostics *diagnostics, struct policy_place place,
	       const char *format, ...);

/* A second line for what was reported last. */
__attribute__((format(printf, 2, 3))) void
report_hint(struct diagnostics *diagnostics, const char *format, ...);

/* No further error would be kept: there is no sense in going on. */
bool diagnostics_full(const struct diagnostics *diagnostics);

void diagnostics_print(struct diagnostics *diagnostics, struct sources *sources,
		       FILE *out);
void diagnostics_print_json(struct diagnostics *diagnostics,
			    struct sources *sources, FILE *out);
void diagnostics_free(struct diagnostics *diagnostics);

#endif
