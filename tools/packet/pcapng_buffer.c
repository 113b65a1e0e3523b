// SPDX-License-Identifier: GPL-2.0-only
#include "pcapng_buffer.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE (256 * 1024)

int pcapng_buffer_open(struct pcapng_buffer *buffer, int fd)
{
	struct stat stat;

	*buffer = (struct pcapng_buffer){ .fd = fd, .room = BUFFER_SIZE };
	if (fstat(fd, &stat) < 0)
		return -errno;
	buffer->is_regular = S_ISREG(stat.st_mode);
	buffer->bytes = malloc(buffer->room);
	return buffer->bytes ? 0 : -ENOMEM;
}

void pcapng_buffer_free(struct pcapng_buffer *buffer)
{
	free(buffer->bytes);
}

/* --- out of the buffer */

static struct pcapng_block block_at(const struct pcapng_buffer *buffer,
				    size_t offset)
{
	struct pcapng_block block;

	memcpy(&block, buffer->bytes + offset, sizeof(block));
	return block;
}

/* Removes the blocks that are completely written. */
static void drop_written(struct pcapng_buffer *buffer)
{
	size_t done = 0;

	while (done < buffer->size) {
		struct pcapng_block block = block_at(buffer, done);

		if (block.size > buffer->written - done)
			break;
		buffer->packets += block.type == PCAPNG_PACKET;
		done += block.size;
	}
	if (!done)
		return;
	memmove(buffer->bytes, buffer->bytes + done, buffer->size - done);
	buffer->size -= done;
	buffer->written -= done;
}

/* Cuts off the first part of a block from the end of a regular file. */
static void cut_file(const struct pcapng_buffer *buffer)
{
	off_t end = lseek(buffer->fd, 0, SEEK_CUR);
	struct stat stat;

	if (!buffer->is_regular || !buffer->written || end < 0 ||
	    fstat(buffer->fd, &stat) < 0 || stat.st_size != end)
		return;
	end -= buffer->written;
	if (ftruncate(buffer->fd, end) == 0)
		lseek(buffer->fd, end, SEEK_SET);
}

/*
 * A write that takes only a part was ended by a signal, or the file is full:
 * then the next one says why. After a signal it would wait again.
 */
static int write_some(struct pcapng_buffer *buffer)
{
	size_t left = buffer->size - buffer->written;
	ssize_t n = write(buffer->fd, buffer->bytes + buffer->written, left);

	if (n < 0)
		return -errno;
	buffer->written += n;
	return (size_t)n < left && !buffer->is_regular ? -EINTR : 0;
}

int pcapng_buffer_flush(struct pcapng_buffer *buffer)
{
	int err = 0;

	if (buffer->error)
		return buffer->error;
	while (!err && buffer->written < buffer->size)
		err = write_some(buffer);
	drop_written(buffer);
	if (!err || err == -EINTR || err == -EAGAIN)
		return err;
	cut_file(buffer);
	buffer->error = err;
	return err;
}

/* --- into the buffer */

static int make_room(struct pcapng_buffer *buffer, size_t needed)
{
	__u8 *larger;
	int err;

	if (buffer->error)
		return buffer->error;
	if (buffer->size && buffer->size + needed > BUFFER_SIZE) {
		err = pcapng_buffer_flush(buffer);
		if (err)
			return err;
	}
	if (needed <= buffer->room)
		return 0;
	larger = realloc(buffer->bytes, needed);
	if (!larger)
		return -ENOMEM;
	buffer->bytes = larger;
	buffer->room = needed;
	return 0;
}

int pcapng_buffer_start_block(struct pcapng_buffer *buffer,
			      enum pcapng_block_type type, size_t most)
{
	struct pcapng_block block = { .type = type };
	size_t end = sizeof(struct pcapng_option) + sizeof(block.size);
	int err = make_room(buffer, sizeof(block) + most + end);

	if (err)
		return err;
	buffer->start = buffer->size;
	pcapng_buffer_put(buffer, &block, sizeof(block));
	return 0;
}

void pcapng_buffer_end_block(struct pcapng_buffer *buffer)
{
	struct pcapng_block block = block_at(buffer, buffer->start);

	pcapng_buffer_put_option(buffer, PCAPNG_OPT_END, NULL, 0);
	block.size = buffer->size - buffer->start + sizeof(block.size);
	pcapng_buffer_put(buffer, &block.size, sizeof(block.size));
	memcpy(buffer->bytes + buffer->start, &block, sizeof(block));
}

void pcapng_buffer_put(struct pcapng_buffer *buffer, const void *data,
		       size_t size)
{
	size_t padding = pcapng_padded(size) - size;
	__u8 *to = buffer->bytes + buffer->size;

	if (size)
		memcpy(to, data, size);
	memset(to + size, 0, padding);
	buffer->size += size + padding;
}

void pcapng_buffer_put_option(struct pcapng_buffer *buffer,
			      enum pcapng_option_code code, const void *data,
			      size_t size)
{
	struct pcapng_option option = { .code = code, .size = size };

	pcapng_buffer_put(buffer, &option, sizeof(option));
	pcapng_buffer_put(buffer, data, size);
}
