/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs and tools agree on about the frames of a trace.
 *
 * Tens of thousands of frames would drive out of the processor's caches what is
 * to be measured. Most of them differ in two addresses and two ports: so a
 * frame is one of a few templates, and some columns that are written over it.
 * These begin where the fields of IP headers do, so that a program that reads a
 * field finds it written as a whole.
 */
#ifndef TG_BENCH_FRAMES_SIZE_H
#define TG_BENCH_FRAMES_SIZE_H

#include <linux/types.h>

/* All frames of a trace are as long as the longest needs, of these two. */
#define FRAMES_NARROW 64
#define FRAMES_WIDE 128

#define FRAMES_COLUMN(number) (6 + 8 * (number)) /* the first byte of eight */
#define FRAMES_COLUMNS_MAX 15
#define FRAMES_TEMPLATES_FEW 64
#define FRAMES_TEMPLATES_MAX 16384 /* where all columns are not enough */

/* A record: the number of the template, and a word for each column. */
struct frames_constants {
	__u32 count, size;
	__u32 columns;
	__u32 column[FRAMES_COLUMNS_MAX]; /* where they are written */
};

#endif
