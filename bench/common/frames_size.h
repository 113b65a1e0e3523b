/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packed format of a trace's frames, shared by programs and tools.
 *
 * Tens of thousands of whole frames would evict what is measured from the CPU
 * caches. Most frames only differ in two addresses and two ports, so a frame is
 * stored as the number of a template and a few columns that are written over
 * it. Columns are aligned like the fields of IP headers, so that a program's
 * load of a field is served by a single store.
 */
#ifndef TG_BENCH_FRAMES_SIZE_H
#define TG_BENCH_FRAMES_SIZE_H

#include <linux/types.h>

/* All frames of a trace are padded to one of these sizes, in bytes. */
#define FRAMES_NARROW 64
#define FRAMES_WIDE 128

#define FRAMES_COLUMN(number) \
	(6 + 8 * (number)) /* offset of a column's 8 bytes */
#define FRAMES_COLUMNS_MAX 15
#define FRAMES_TEMPLATES_FEW 64
#define FRAMES_TEMPLATES_MAX 16384 /* if the columns do not suffice */

/* A record is a template number, then a word for each column. */
struct frames_constants {
	__u32 count, size;
	__u32 columns;
	__u32 column[FRAMES_COLUMNS_MAX]; /* offsets in the frame */
};

#endif
