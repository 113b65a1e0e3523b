// SPDX-License-Identifier: GPL-2.0-only
#include "pcap.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC_MICROSECONDS 0xa1b2c3d4U
#define MAGIC_NANOSECONDS 0xa1b23c4dU
#define MAGIC_NG 0x0a0d0d0aU /* the same in both byte orders */
#define MAGIC_NG_ORDER 0x1a2b3c4dU

#define LINK_ETHERNET 1
#define LINK_TYPE_MASK 0xffff /* of 32 bits; above is about checksums */

#define NG_INTERFACE 1
#define NG_SIMPLE 3
#define NG_ENHANCED 6
#define NG_FRAME_SIZE 12 /* type and length before a block, length after it */

/* More than any tool captures of a packet, or puts into a block. */
#define PACKET_MAX (1U << 20)
#define BLOCK_MAX (16U << 20)
#define INTERFACES_MAX 65536

struct classic_header {
	uint16_t major, minor;
	uint32_t zone, precision, snaplen, link_type;
};

struct classic_record {
	uint32_t seconds, fraction, size, length;
};

__attribute__((format(printf, 2, 3))) static int
fail(struct pcap_reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reader->error, sizeof(reader->error), format, args);
	va_end(args);
	return -EINVAL;
}

static int fail_cut(struct pcap_reader *reader)
{
	if (ferror(reader->file))
		return fail(reader, "cannot be read: %s", strerror(errno));
	return fail(reader, "ends in the middle of packet %llu",
		    (unsigned long long)reader->number + 1);
}

static uint32_t number32(const struct pcap_reader *reader, const void *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return reader->swapped ? __builtin_bswap32(value) : value;
}

static uint16_t number16(const struct pcap_reader *reader, const void *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return reader->swapped ? __builtin_bswap16(value) : value;
}

static bool take(struct pcap_reader *reader, void *to, size_t size)
{
	return fread(to, 1, size, reader->file) == size;
}

/*
 * Room grows with what is really there, not with what a length field says: a
 * damaged one is not worth a gigabyte.
 */
static int take_buffer(struct pcap_reader *reader, size_t size)
{
	size_t have = 0;

	while (have < size) {
		size_t want = size - have < 65536 ? size - have : 65536;

		if (have + want > reader->room) {
			size_t room = 2 * (have + want);
			uint8_t *buffer = realloc(reader->buffer, room);

			if (!buffer) {
				fail(reader, "out of memory");
				return -ENOMEM;
			}
			reader->buffer = buffer;
			reader->room = room;
		}
		if (!take(reader, reader->buffer + have, want))
			return fail_cut(reader);
		have += want;
	}
	return 0;
}

static int check_link(struct pcap_reader *reader, uint32_t link_type)
{
	if (link_type == LINK_ETHERNET)
		return 0;
	return fail(reader, "captured on link type %u, and not on Ethernet",
		    link_type);
}

static int give(struct pcap_reader *reader, struct pcap_packet *packet,
		const uint8_t *bytes, uint32_t size, uint32_t length)
{
	*packet = (struct pcap_packet){
		.bytes = bytes,
		.size = size,
		.length = length > size ? length : size,
	};
	reader->number++;
	return 1;
}

/* --- pcap */

static int start_classic(struct pcap_reader *reader)
{
	struct classic_header header;

	if (!take(reader, &header, sizeof(header)))
		return fail(reader, "ends within its header");
	if (number16(reader, &header.major) != 2)
		return fail(reader, "pcap of an unknown version: %u",
			    number16(reader, &header.major));
	return check_link(reader,
			  number32(reader, &header.link_type) & LINK_TYPE_MASK);
}

static int read_classic(struct pcap_reader *reader, struct pcap_packet *packet)
{
	struct classic_record record;
	size_t got = fread(&record, 1, sizeof(record), reader->file);
	uint32_t size;
	int err;

	if (!got && !ferror(reader->file))
		return 0;
	if (got != sizeof(record))
		return fail_cut(reader);
	size = number32(reader, &record.size);
	if (size > PACKET_MAX)
		return fail(reader, "damaged: packet %llu has %u bytes",
			    (unsigned long long)reader->number + 1, size);
	/* a hole in a file reads as such records, billions of them */
	if (!size && !record.length && !record.seconds && !record.fraction)
		return fail(reader, "damaged: packet %llu has no length",
			    (unsigned long long)reader->number + 1);
	err = take_buffer(reader, size);
	if (err)
		return err;
	return give(reader, packet, reader->buffer, size,
		    number32(reader, &record.length));
}

/* --- pcapng: blocks, each with its type and, before and after it, its size */

struct block {
	uint32_t type, size; /* of what is in the buffer */
};

/* A section starts: its byte order comes after its size. */
static int read_order(struct pcap_reader *reader)
{
	uint32_t order;

	if (!take(reader, &order, sizeof(order)))
		return fail_cut(reader);
	reader->swapped = order == __builtin_bswap32(MAGIC_NG_ORDER);
	if (order != MAGIC_NG_ORDER && !reader->swapped)
		return fail(reader, "pcapng of an unknown byte order");
	reader->interface_count = 0;
	return 0;
}

/* The type has been read. */
static int read_block(struct pcap_reader *reader, struct block *block)
{
	uint32_t raw_size, size, before = 0;
	uint32_t type = block->type;
	int err;

	if (!take(reader, &raw_size, sizeof(raw_size)))
		return fail_cut(reader);
	if (type == MAGIC_NG) {
		err = read_order(reader);
		if (err)
			return err;
		before = sizeof(uint32_t);
	} else {
		block->type = number32(reader, &type);
	}
	size = number32(reader, &raw_size);
	if (size % 4 || size < NG_FRAME_SIZE + before || size > BLOCK_MAX)
		return fail(reader, "damaged: a block of %u bytes", size);
	block->size = size - NG_FRAME_SIZE - before;
	err = take_buffer(reader, block->size + sizeof(uint32_t));
	if (err)
		return err;
	if (number32(reader, reader->buffer + block->size) != size)
		return fail(reader, "damaged: a block of two sizes");
	return 0;
}

static int add_interface(struct pcap_reader *reader, const struct block *block)
{
	struct pcap_interface *interfaces = reader->interfaces;
	uint32_t n = reader->interface_count;

	if (block->size < 8)
		return fail(reader, "damaged: an interface in %u bytes",
			    block->size);
	if (n == INTERFACES_MAX)
		return fail(reader, "more than %d interfaces", INTERFACES_MAX);
	interfaces = realloc(interfaces, (n + 1) * sizeof(*interfaces));
	if (!interfaces) {
		fail(reader, "out of memory");
		return -ENOMEM;
	}
	interfaces[n] = (struct pcap_interface){
		.link_type = number16(reader, reader->buffer),
		.snaplen = number32(reader, reader->buffer + 4),
	};
	reader->interfaces = interfaces;
	reader->interface_count++;
	return 0;
}

static int give_block(struct pcap_reader *reader, struct pcap_packet *packet,
		      const struct block *block)
{
	bool simple = block->type == NG_SIMPLE;
	uint32_t header = simple ? 4 : 20, interface, size, length;
	const uint8_t *bytes = reader->buffer;
	int err;

	if (block->size < header)
		return fail(reader, "damaged: a packet in %u bytes",
			    block->size);
	interface = simple ? 0 : number32(reader, bytes);
	if (interface >= reader->interface_count)
		return fail(reader, "damaged: there is no interface %u",
			    interface);
	err = check_link(reader, reader->interfaces[interface].link_type);
	if (err)
		return err;
	length = number32(reader, bytes + (simple ? 0 : 16));
	size = number32(reader, bytes + (simple ? 0 : 12));
	if (simple && reader->interfaces[0].snaplen &&
	    size > reader->interfaces[0].snaplen)
		size = reader->interfaces[0].snaplen;
	if (size > block->size - header)
		return fail(reader, "damaged: packet %llu has %u bytes",
			    (unsigned long long)reader->number + 1, size);
	return give(reader, packet, bytes + header, size, length);
}

static int read_ng(struct pcap_reader *reader, struct pcap_packet *packet)
{
	for (;;) {
		struct block block;
		size_t got = fread(&block.type, 1, 4, reader->file);
		int err;

		if (!got && !ferror(reader->file))
			return 0;
		err = got == 4 ? read_block(reader, &block) : fail_cut(reader);
		if (err)
			return err;
		if (block.type == NG_SIMPLE || block.type == NG_ENHANCED)
			return give_block(reader, packet, &block);
		if (block.type == NG_INTERFACE)
			err = add_interface(reader, &block);
		if (err)
			return err;
	}
}

int pcap_start(struct pcap_reader *reader, FILE *file)
{
	struct block section = { .type = MAGIC_NG };
	uint32_t magic;

	*reader = (struct pcap_reader){ .file = file };
	if (!take(reader, &magic, sizeof(magic)))
		return ferror(file) ? fail_cut(reader)
				    : fail(reader, "no capture: too short");
	reader->ng = magic == MAGIC_NG;
	if (reader->ng)
		return read_block(reader, &section);
	reader->swapped = magic == __builtin_bswap32(MAGIC_MICROSECONDS) ||
			  magic == __builtin_bswap32(MAGIC_NANOSECONDS);
	if (!reader->swapped && magic != MAGIC_MICROSECONDS &&
	    magic != MAGIC_NANOSECONDS)
		return fail(reader, "no capture: neither pcap nor pcapng");
	return start_classic(reader);
}

int pcap_read(struct pcap_reader *reader, struct pcap_packet *packet)
{
	return reader->ng ? read_ng(reader, packet)
			  : read_classic(reader, packet);
}

void pcap_end(struct pcap_reader *reader)
{
	free(reader->buffer);
	free(reader->interfaces);
}
