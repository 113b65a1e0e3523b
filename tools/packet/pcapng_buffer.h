/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Collects pcapng blocks and writes many together: a part of pcapng_write.c. A
 * block is put into the buffer as a whole:
 *
 *	err = pcapng_buffer_start_block(buffer, TYPE, MOST);
 *	if (err)
 *		return err;
 *	pcapng_buffer_put(...);
 *	pcapng_buffer_put_option(...);
 *	pcapng_buffer_end_block(buffer);
 */
#ifndef TG_PCAPNG_BUFFER_H
#define TG_PCAPNG_BUFFER_H

#include "pcapng_blocks.h"

#include <stdbool.h>
#include <stddef.h>

struct pcapng_buffer {
	int fd;
	bool is_regular; /* a file, and no pipe or device */
	int error;	 /* that ended it */
	__u64 packets;	 /* completely written */
	__u8 *bytes;
	size_t room;
	size_t size;	/* of the blocks in bytes */
	size_t written; /* of the first block, less than all of it */
	size_t start;	/* of the last block */
};

int pcapng_buffer_open(struct pcapng_buffer *buffer, int fd);
void pcapng_buffer_free(struct pcapng_buffer *buffer);

/*
 * Writes all blocks. -EINTR and -EAGAIN leave the rest for the next call; after
 * another error every call returns it, and a regular file was cut after the
 * last whole block.
 */
int pcapng_buffer_flush(struct pcapng_buffer *buffer);

/*
 * Makes room for `most` bytes between the start and the end of a block, which
 * may need a flush, and puts its start.
 */
int pcapng_buffer_start_block(struct pcapng_buffer *buffer,
			      enum pcapng_block_type type, size_t most);
void pcapng_buffer_end_block(struct pcapng_buffer *buffer);

/* Pad to four bytes */
void pcapng_buffer_put(struct pcapng_buffer *buffer, const void *data,
		       size_t size);
void pcapng_buffer_put_option(struct pcapng_buffer *buffer,
			      enum pcapng_option_code code, const void *data,
			      size_t size);

#endif
