/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trace file: a header, then records of one size, in host byte order. Each
 * record is a frame with its expected verdict. Readers map the file.
 */
#ifndef TG_BENCH_TRACE_FILE_H
#define TG_BENCH_TRACE_FILE_H

#include <stddef.h>
#include <stdint.h>

#define TRACE_MAGIC "TGTRACE1"
#define TRACE_FRAME_MAX 120

/* verdict is an enum policy_action, or this */
#define TRACE_VERDICT_UNKNOWN 255

struct trace_record {
	uint16_t size; /* of the frame, in bytes */
	uint8_t verdict;
	uint8_t unused;
	uint32_t line; /* of the matching rule; 0: the default */
	uint8_t frame[TRACE_FRAME_MAX];
};

_Static_assert(sizeof(struct trace_record) == 128, "a power of two");

struct trace_header {
	char magic[8];
	uint32_t count;
	uint32_t frame_max; /* the longest frame, in bytes */
	uint64_t seed;
	uint8_t unused[104];
};

_Static_assert(sizeof(struct trace_header) == 128, "as long as a record");

struct trace {
	struct trace_header header;
	struct trace_record *records;
};

/* Return 0, or a negative errno after printing one message. */
int trace_write(const char *path, struct trace *trace);
int trace_map(const char *path, struct trace *trace);

#endif
