/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rows without a policy share: they fill maps with random entries, and
 * make frames for these. Each kind of row is a file with a table of its words.
 */
#ifndef TG_BENCH_ROW_H
#define TG_BENCH_ROW_H

#include <bpf/libbpf.h>

#include "meter.h"
#include "random.h"

#define ROW_ENTRIES_MAX 1000000
#define ROW_FRAMES 65536

/* Whether the text is "NAME:COUNT". `count` is 0 if it is not a number of 1 to
 * ROW_ENTRIES_MAX. */
bool row_word(const char *text, const char *name, uint32_t *count);

/* An object of the meter's, not loaded yet. NULL after a message. */
struct bpf_object *row_object(const char *name);

/* These work on maps by name; there is one. */
int row_map(const struct bpf_object *object, const char *name);
int row_map_size(struct bpf_object *object, const char *name, uint32_t size);

/*
 * Loads the object; the row is on XDP, and has these programs of it. Without a
 * baseline, it is the empty program.
 */
int row_load(struct meter_row *row, struct bpf_object *object,
	     const char *baseline, const char *program);

typedef void row_frame_maker(const void *context, struct random *random,
			     struct trace_record *record);

int row_trace(struct meter_row *row, uint32_t frames, struct random *random,
	      row_frame_maker *make, const void *context);

#endif
