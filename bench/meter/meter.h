/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the meter share: a row of what is measured. */
#ifndef TG_BENCH_METER_H
#define TG_BENCH_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver.h"
#include "frames.h"
#include "trace_file.h"

#define METER_ROWS_MAX 128
#define METER_ROUNDS_MAX 1000

/* Where the objects of the meter's own are: beside the meter. */
extern const char *meter_directory;

enum meter_side { METER_BASELINE, METER_OBJECT, METER_SIDES };

struct meter_row {
	const char *label;
	const char *hook; /* "xdp", "ingress", "egress": the section as well */
	const struct trace *trace; /* what is checked */
	const struct trace *timed; /* the same, without what is rejected */
	int programs[METER_SIDES];
	struct meter_driver {
		int program;
		struct driver_progress *progress; /* shared with the kernel */
	} drivers[METER_SIDES];
	double *runs[METER_SIDES]; /* nanoseconds a packet, in each round */
	double best[METER_SIDES];  /* of all rounds, piece by piece */
	uint64_t pieces[METER_SIDES][DRIVER_TIMES_MAX];
	size_t checked, wrong;
};

/* The nanoseconds of many runs. */
struct meter_figure {
	double min, median, max;
};

/* A program, or a negative errno after one message. */
int meter_load(const char *path, const char *hook);
int meter_load_driver(const struct meter_row *row, const struct frames *frames,
		      enum meter_side side, struct meter_driver *driver);

/*
 * A row that needs no policy: "hash:N" or "lpm:N", with a trace of its own that
 * meets an entry each time. 0, or a negative errno after one message.
 */
int meter_yardstick(const char *word, struct meter_row *row);

/* Compares verdicts with the trace's; the first that differs is told. */
int meter_check(struct meter_row *row);

/* Both programs go through the trace so often; the fastest pieces count. */
int meter_run(struct meter_row *row, size_t round, uint32_t passes);

void meter_print(const struct meter_row *rows, size_t count, size_t rounds);
void meter_print_json(const struct meter_row *rows, size_t count,
		      size_t rounds);

#endif
