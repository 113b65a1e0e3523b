/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which verdicts are of interest: the constants of progs/include/watch.h, from
 * the words of 'capture'. Used by tg-capture.
 */
#ifndef TG_CAPTURE_FILTER_H
#define TG_CAPTURE_FILTER_H

#include <stdint.h>

struct capture_filter {
	uint32_t verdicts, reasons, flows; /* a bit each; 0: all */
	const char *rule, *policy; /* its number, and the object it is in */
};

/* Each returns 0, or -EINVAL after a message that lists what there is. */
int filter_add_verdict(struct capture_filter *filter, const char *name);
int filter_add_reasons(struct capture_filter *filter, const char *names);
int filter_add_flow(struct capture_filter *filter, const char *name);

/* Prints NAME=VALUE words. Returns 0, or a negative errno after a message. */
int filter_print(const struct capture_filter *filter);

#endif
