// SPDX-License-Identifier: GPL-2.0-only
/* Checks verdicts and measures times. */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "frames.h"
#include "meter.h"
#include "policy/language/policy.h"

static int run_fail(const struct meter_row *row, int err)
{
	fprintf(stderr, "meter: %s: cannot be run: %s\n", row->label,
		strerror(-err));
	return err;
}

/* True if the packet continues; tc has several return codes for that. */
static bool is_passed(const struct meter_row *row, uint32_t verdict)
{
	if (!strcmp(row->hook, "xdp"))
		return verdict == XDP_PASS;
	return verdict == TC_ACT_OK || verdict == (uint32_t)TC_ACT_UNSPEC;
}

static bool is_right(const struct meter_row *row,
		     const struct trace_record *record, uint32_t verdict)
{
	bool refused = record->verdict == POLICY_DROP ||
		       record->verdict == POLICY_REJECT;

	return is_passed(row, verdict) != refused;
}

/*
 * Frames are padded as the driver pads them, so that the same bytes are checked
 * and measured. The kernel rejects frames shorter than an Ethernet header.
 */
static int test_run(const struct meter_row *row,
		    const struct trace_record *record, uint32_t *verdict)
{
	unsigned char frame[FRAMES_WIDE] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame,
		    .data_size_in = frames_size(row->trace), .repeat = 1);
	int err;

	memcpy(frame, record->frame, record->size);
	err = bpf_prog_test_run_opts(row->programs[METER_OBJECT], &run);
	*verdict = run.retval;
	return err;
}

int meter_check(struct meter_row *row)
{
	const struct trace *trace = row->trace;
	uint32_t verdict;

	for (uint32_t i = 0; i < trace->header.count; i++) {
		const struct trace_record *record = &trace->records[i];
		int err;

		if (record->verdict == TRACE_VERDICT_UNKNOWN)
			continue;
		err = test_run(row, record, &verdict);
		if (err)
			return run_fail(row, err);
		row->checked++;
		if (is_right(row, record, verdict))
			continue;
		if (!row->wrong++)
			fprintf(stderr,
				"meter: %s: frame %u: answers %d, but line %u "
				"of the policy decides\n",
				row->label, i, (int)verdict, record->line);
	}
	return 0;
}

static uint32_t pieces_of(const struct meter_row *row)
{
	return (row->timed->header.count + DRIVER_PIECE - 1) / DRIVER_PIECE;
}

static uint64_t least_of(const __u64 *times, uint32_t pieces, uint32_t passes)
{
	uint64_t least = UINT64_MAX;

	for (uint32_t i = 0; i < passes; i++, times += pieces) {
		if (times[1] - times[0] < least)
			least = times[1] - times[0];
	}
	return least;
}

/*
 * Sums up the minimum time of each piece, per packet. Also updates the minimum
 * over all rounds.
 */
static double fastest(struct meter_row *row, enum meter_side side,
		      uint32_t passes)
{
	const __u64 *times = row->drivers[side].progress->times;
	uint32_t pieces = pieces_of(row);
	uint64_t *best = row->pieces[side];
	uint64_t sum = 0, best_sum = 0;

	for (uint32_t i = 0; i < pieces; i++) {
		uint64_t least = least_of(times + i, pieces, passes);

		if (!best[i] || least < best[i])
			best[i] = least;
		sum += least;
		best_sum += best[i];
	}
	row->best[side] = (double)best_sum / row->timed->header.count;
	return (double)sum / row->timed->header.count;
}

static int run_side(struct meter_row *row, enum meter_side side, size_t round,
		    uint32_t passes)
{
	static unsigned char frame[FRAMES_WIDE];
	struct meter_driver *driver = &row->drivers[side];
	uint32_t frames = row->timed->header.count;
	uint32_t times = pieces_of(row) * passes + 1;
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame,
		    .data_size_in = frames_size(row->timed),
		    .repeat = frames * passes + 1);
	int err;

	if (times > DRIVER_TIMES_MAX)
		return run_fail(row, -EFBIG);
	driver->progress->position = driver->progress->count = 0;
	err = bpf_prog_test_run_opts(driver->program, &run);
	if (!err && driver->progress->count != times)
		err = -EIO;
	if (!err && run.retval == XDP_ABORTED && !strcmp(row->hook, "xdp"))
		err = -EIO; /* the driver did not reach the program */
	if (err)
		return run_fail(row, err);
	row->runs[side][round] = fastest(row, side, passes);
	return 0;
}

int meter_run(struct meter_row *row, size_t round, uint32_t passes)
{
	int err = run_side(row, METER_BASELINE, round, passes);

	return err ? err : run_side(row, METER_OBJECT, round, passes);
}
