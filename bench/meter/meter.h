/* SPDX-License-Identifier: GPL-2.0-only */
/* A row of measurements, shared by the files of the meter. */
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

/* Directory of the meter and its own objects. */
extern const char *meter_directory;

enum meter_side { METER_BASELINE, METER_OBJECT, METER_SIDES };

struct meter_row {
	const char *label;
	const char *hook; /* "xdp", "ingress" or "egress": hook and section */
	const struct trace *trace; /* frames whose verdicts are checked */
	const struct trace *timed; /* the same without rejected frames */
	int programs[METER_SIDES];
	struct meter_driver {
		int program;
		struct driver_progress *progress; /* memory-mapped */
	} drivers[METER_SIDES];
	double *runs[METER_SIDES]; /* ns per packet, for each round */
	double best[METER_SIDES];  /* from the fastest pieces of all rounds */
	uint64_t pieces[METER_SIDES][DRIVER_TIMES_MAX];
	size_t checked, wrong;
};

/* Statistics in nanoseconds. */
struct meter_figure {
	double min, median, max;
};

/* Returns a program's fd, or a negative errno after printing one message. */
int meter_load(const char *path, const char *hook);
int meter_load_empty(const char *hook);
int meter_load_driver(const struct meter_row *row, const struct frames *frames,
		      enum meter_side side, struct meter_driver *driver);

/*
 * Sets up a row without a policy: "hash:N" or "lpm:N", with a trace whose
 * frames always match an entry. Returns 0, or a negative errno after printing
 * one message.
 */
int meter_yardstick(const char *word, struct meter_row *row);

/*
 * The same for sets: "set-hosts:N" and "set-hosts-miss:N" against
 * "set-hash:N" and "set-hash-miss:N", "set-prefixes:N" against "set-lpm:N".
 */
int meter_sets(const char *word, struct meter_row *row);

/*
 * The same for flows: "flow-hit:N", "flow-prolong:N" and "flow-miss:N" against
 * "flow-hash:N", "flow-lru:N" and their misses.
 */
int meter_flows(const char *word, struct meter_row *row);

/*
 * Limits: a policy with "limit-all:N", "limit-from:N" or their "-over:N" of N
 * sources, against "limit-none:N".
 */
int meter_limits(const char *word, struct meter_row *row);

/*
 * Compares verdicts with those of the trace, and prints the first difference.
 */
int meter_check(struct meter_row *row);

/*
 * Runs both programs over the trace `passes` times, keeping each piece's
 * minimum.
 */
int meter_run(struct meter_row *row, size_t round, uint32_t passes);

void meter_print(const struct meter_row *rows, size_t count, size_t rounds);
void meter_print_json(const struct meter_row *rows, size_t count,
		      size_t rounds);

#endif
