// SPDX-License-Identifier: GPL-2.0-only
#include "pcapng_read.h"
#include "pcapng_blocks.h"
#include "pcapng_cursor.h"

#include <byteswap.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"

#define SOURCES_MAX 65536
#define NAME_MAX_SIZE 255

__attribute__((format(printf, 2, 3))) static int
pcapng_fail(struct pcapng_reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reader->error, sizeof(reader->error), format, args);
	va_end(args);
	return -EINVAL;
}

static int pcapng_damaged(struct pcapng_reader *reader, const char *what)
{
	return pcapng_fail(reader, "the block at byte %llu is damaged: %s",
			   (unsigned long long)reader->offset, what);
}

/* --- blocks */

/* Returns 1, 0 at the end of the file, or an error. */
static int read_bytes(struct pcapng_reader *reader, void *to, size_t size)
{
	size_t got = fread(to, 1, size, reader->file);

	if (got == size)
		return 1;
	if (ferror(reader->file)) {
		int err = -errno;

		pcapng_fail(reader, "%s", strerror(-err));
		return err;
	}
	return got ? pcapng_fail(reader,
				 "the file ends inside the block at byte %llu",
				 (unsigned long long)reader->offset)
		   : 0;
}

static int read_rest(struct pcapng_reader *reader, void *to, size_t size)
{
	int err = read_bytes(reader, to, size);

	return err ? err
		   : pcapng_fail(reader,
				 "the file ends inside the block at byte %llu",
				 (unsigned long long)reader->offset);
}

/* The byte order of a section is known from its first bytes. */
static int read_byte_order(struct pcapng_reader *reader)
{
	__u32 magic;
	int err = read_rest(reader, &magic, sizeof(magic));

	if (err < 0)
		return err;
	reader->swapped = magic == bswap_32(PCAPNG_BYTE_ORDER_MAGIC);
	if (!reader->swapped && magic != PCAPNG_BYTE_ORDER_MAGIC)
		return pcapng_damaged(reader, "it has no byte order");
	if (!vec_reserve(reader->block, reader->room, sizeof(magic)))
		return -ENOMEM;
	memcpy(reader->block, &magic, sizeof(magic));
	reader->size = sizeof(magic);
	return 1;
}

/* Reads a block into ->block, without its start and its second length. */
static int read_block(struct pcapng_reader *reader, __u32 *type)
{
	struct pcapng_block block;
	__u32 again;
	size_t size;
	int err = read_bytes(reader, &block, sizeof(block));

	if (err <= 0)
		return err;
	reader->size = 0;
	if (block.type != PCAPNG_SECTION && !reader->offset)
		return pcapng_fail(reader, "it does not start with a section");
	if (block.type == PCAPNG_SECTION) {
		err = read_byte_order(reader);
		if (err < 0)
			return err;
	}
	*type = pcapng_order32(reader->swapped, block.type);
	block.size = pcapng_order32(reader->swapped, block.size);
	if (block.size % 4 || block.size > PCAPNG_BLOCK_MAX ||
	    block.size < sizeof(block) + reader->size + sizeof(again))
		return pcapng_damaged(reader, "its length is impossible");
	size = block.size - sizeof(block) - sizeof(again);
	if (!vec_reserve(reader->block, reader->room, size))
		return -ENOMEM;
	err = size == reader->size
		      ? 1
		      : read_rest(reader, reader->block + reader->size,
				  size - reader->size);
	if (err > 0)
		err = read_rest(reader, &again, sizeof(again));
	if (err < 0)
		return err;
	if (pcapng_order32(reader->swapped, again) != block.size)
		return pcapng_damaged(reader, "its two lengths differ");
	reader->size = size;
	return 1;
}

static void forget_sources(struct pcapng_reader *reader)
{
	for (size_t i = 0; i < reader->source_count; i++)
		free(reader->sources[i].name);
	reader->source_count = 0;
}

static int take_section(struct pcapng_reader *reader,
			struct pcapng_cursor cursor)
{
	struct pcapng_section_part part;

	if (!pcapng_cursor_copy(&cursor, &part, sizeof(part)))
		return pcapng_damaged(reader, "it is too short");
	if (pcapng_order16(reader->swapped, part.major) != PCAPNG_MAJOR)
		return pcapng_fail(reader, "pcapng of version %u is not known",
				   pcapng_order16(reader->swapped, part.major));
	forget_sources(reader);
	return 0;
}

static int take_source(struct pcapng_reader *reader,
		       struct pcapng_cursor cursor)
{
	struct pcapng_interface_part part;
	struct pcapng_source source = { 0 };
	const __u8 *name;
	size_t size;

	if (!pcapng_cursor_copy(&cursor, &part, sizeof(part)))
		return pcapng_damaged(reader, "it is too short");
	if (reader->source_count == SOURCES_MAX)
		return pcapng_fail(reader, "more than %d interfaces",
				   SOURCES_MAX);
	source.link_type = pcapng_order16(reader->swapped, part.link_type);
	source.snap = pcapng_order32(reader->swapped, part.snap);
	if (!vec_reserve(reader->sources, reader->source_room,
			 reader->source_count + 1))
		return -ENOMEM;
	name = pcapng_find_option(cursor, PCAPNG_IF_NAME, &size);
	if (name) {
		source.name =
			strndup((const char *)name,
				size < NAME_MAX_SIZE ? size : NAME_MAX_SIZE);
		if (!source.name)
			return -ENOMEM;
	}
	reader->sources[reader->source_count++] = source;
	return 0;
}

/* --- packets */

static int take_bytes(struct pcapng_reader *reader,
		      struct pcapng_cursor *cursor, __u32 source,
		      struct pcapng_found *found)
{
	if (source >= reader->source_count)
		return pcapng_damaged(reader,
				      "its interface is not in the file");
	found->source = &reader->sources[source];
	found->bytes = pcapng_cursor_take(cursor, found->size);
	if (!found->bytes)
		return pcapng_damaged(reader, "it is shorter than its packet");
	if (found->length < found->size)
		found->length = found->size;
	return 1;
}

static int take_packet(struct pcapng_reader *reader,
		       struct pcapng_cursor cursor, bool obsolete,
		       struct pcapng_found *found)
{
	struct pcapng_packet_part part;
	__u32 source;
	int err;

	if (!pcapng_cursor_copy(&cursor, &part, sizeof(part)))
		return pcapng_damaged(reader, "it is too short");
	source = pcapng_order32(reader->swapped, part.interface);
	/* half as wide, and followed by how many packets were dropped */
	if (obsolete)
		source = pcapng_order16(reader->swapped,
					*(__u16 *)&part.interface);
	found->size = pcapng_order32(reader->swapped, part.captured);
	found->length = pcapng_order32(reader->swapped, part.length);
	err = take_bytes(reader, &cursor, source, found);
	if (err > 0)
		found->comment = (const char *)pcapng_find_option(
			cursor, PCAPNG_OPT_COMMENT, &found->comment_size);
	return err;
}

/* Its size is not in the block but follows from the interface. */
static int take_simple_packet(struct pcapng_reader *reader,
			      struct pcapng_cursor cursor,
			      struct pcapng_found *found)
{
	__u32 snap = reader->source_count ? reader->sources[0].snap : 0;

	if (!pcapng_cursor_copy(&cursor, &found->length, sizeof(found->length)))
		return pcapng_damaged(reader, "it is too short");
	found->length = pcapng_order32(reader->swapped, found->length);
	found->size = found->length;
	if (snap && found->size > snap)
		found->size = snap;
	return take_bytes(reader, &cursor, 0, found);
}

/* Returns 1 if it is a packet. */
static int take_block(struct pcapng_reader *reader, __u32 type,
		      struct pcapng_found *found)
{
	struct pcapng_cursor cursor = { .at = reader->block,
					.left = reader->size,
					.swapped = reader->swapped };

	switch (type) {
	case PCAPNG_SECTION:
		return take_section(reader, cursor);
	case PCAPNG_INTERFACE:
		return take_source(reader, cursor);
	case PCAPNG_PACKET:
	case PCAPNG_OBSOLETE_PACKET:
		return take_packet(reader, cursor,
				   type == PCAPNG_OBSOLETE_PACKET, found);
	case PCAPNG_SIMPLE_PACKET:
		return take_simple_packet(reader, cursor, found);
	}
	return 0;
}

int pcapng_read(struct pcapng_reader *reader, struct pcapng_found *found)
{
	int result = 0;

	*found = (struct pcapng_found){ 0 };
	while (!result) {
		__u32 type;

		result = read_block(reader, &type);
		if (result <= 0)
			break;
		result = take_block(reader, type, found);
		if (result < 0)
			break;
		reader->offset += sizeof(struct pcapng_block) + reader->size +
				  sizeof(__u32);
	}
	if (result == -ENOMEM)
		pcapng_fail(reader, "out of memory");
	return result;
}

void pcapng_read_end(struct pcapng_reader *reader)
{
	forget_sources(reader);
	free(reader->sources);
	free(reader->block);
}
