/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errors and warnings about a policy. They are collected while the policy is
 * parsed and checked, and printed in the order of its lines.
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
	struct policy_place place; /* line 0: the file as a whole */
	size_t order;		   /* in which it was reported */
	char *message;
	char *hint; /* or NULL */
};

struct diagnostics {
	struct diagnostic *list;
	size_t count, room;
	size_t counts[SEVERITIES]; /* including those not in the list */
	bool hint_to_last;	   /* the last message is in the list */
};

__attribute__((format(printf, 3, 4))) void
report_error(struct diagnostics *diagnostics, struct policy_place place,
	     const char *format, ...);
__attribute__((format(printf, 3, 4))) void
report_warning(struct diagnostics *diagnostics, struct policy_place place,
	       const char *format, ...);

/* Add a hint, which is a second line, to the last message. */
__attribute__((format(printf, 2, 3))) void
report_hint(struct diagnostics *diagnostics, const char *format, ...);

/* True if no more errors can be stored; the caller should stop. */
bool diagnostics_full(const struct diagnostics *diagnostics);

void diagnostics_print(struct diagnostics *diagnostics, struct sources *sources,
		       FILE *out);
void diagnostics_print_json(struct diagnostics *diagnostics,
			    struct sources *sources, FILE *out);
void diagnostics_free(struct diagnostics *diagnostics);

#endif
