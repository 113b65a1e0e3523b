/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes judged packets to a pcapng file: an interface for each hook of the
 * device, and for each packet its verdict and a comment that says why.
 */
#ifndef TG_CAPTURE_FILE_H
#define TG_CAPTURE_FILE_H

#include "judges.h"
#include "reader.h"

struct capture_file;

struct capture_about {
	const char *device, *filter;
	uint32_t snap;
	bool hooks[TG_HOOKS];
	uint32_t sample; /* N: one of N packets */
};

/* Functions return 0 or a negative errno. The descriptor stays the caller's. */
int capture_file_open(struct capture_file **file, int fd,
		      const struct capture_about *about);
int capture_file_write(struct capture_file *file, const struct judge *judge,
		       const struct judged_packet *packet);
int capture_file_flush(struct capture_file *file);

/* Packets that are in the file. */
uint64_t capture_file_packets(const struct capture_file *file);

/* The statistics of each interface come last. Frees the file in any case. */
int capture_file_close(struct capture_file *file,
		       const struct event_counts counts[TG_HOOKS]);

#endif
