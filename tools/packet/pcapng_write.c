// SPDX-License-Identifier: GPL-2.0-only
#include "pcapng_write.h"
#include "pcapng_buffer.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* No block has more options of fixed sizes than this */
#define OPTIONS_MOST 128
#define NANOSECONDS 9 /* if_tsresol: 10^-9 seconds */

struct pcapng_writer {
	struct pcapng_buffer buffer;
	__u32 interfaces;
};

/* --- options */

static void put_text_option(struct pcapng_buffer *buffer,
			    enum pcapng_option_code code, const char *text)
{
	if (text && *text)
		pcapng_buffer_put_option(buffer, code, text, strlen(text));
}

static void put_u64_option(struct pcapng_buffer *buffer,
			   enum pcapng_option_code code, __u64 value)
{
	pcapng_buffer_put_option(buffer, code, &value, sizeof(value));
}

/* A time has its upper half first, in any byte order. */
static void put_time_option(struct pcapng_buffer *buffer,
			    enum pcapng_option_code code, __u64 time)
{
	__u32 halves[] = { time >> 32, time };

	pcapng_buffer_put_option(buffer, code, halves, sizeof(halves));
}

/* A filter starts with a byte for its language; 0 is text. */
static void put_filter_option(struct pcapng_buffer *buffer, const char *filter)
{
	struct pcapng_option option = { .code = PCAPNG_IF_FILTER };
	char start[4] = "";
	size_t size, first;

	if (!filter)
		return;
	size = strlen(filter);
	option.size = 1 + size;
	pcapng_buffer_put(buffer, &option, sizeof(option));
	first = size < sizeof(start) - 1 ? size : sizeof(start) - 1;
	memcpy(start + 1, filter, first);
	pcapng_buffer_put(buffer, start, sizeof(start));
	pcapng_buffer_put(buffer, filter + first, size - first);
}

static void put_verdict_option(struct pcapng_buffer *buffer,
			       const struct pcapng_packet *packet)
{
	__u8 verdict[1 + sizeof(packet->verdict_value)] = {
		packet->verdict_type
	};

	if (packet->verdict_type == PCAPNG_VERDICT_NONE)
		return;
	memcpy(verdict + 1, &packet->verdict_value,
	       sizeof(packet->verdict_value));
	pcapng_buffer_put_option(buffer, PCAPNG_EPB_VERDICT, verdict,
				 sizeof(verdict));
}

/* Adds what a text takes as an option; false if it is too long for one. */
static bool add_text(size_t *most, const char *text)
{
	size_t size = text ? strlen(text) : 0;

	*most += sizeof(struct pcapng_option) + pcapng_padded(size);
	return size <= PCAPNG_TEXT_MAX;
}

/* --- the blocks */

static int write_section(struct pcapng_buffer *buffer, const char *application,
			 const char *system)
{
	struct pcapng_section_part part = {
		.magic = PCAPNG_BYTE_ORDER_MAGIC,
		.major = PCAPNG_MAJOR,
		.length = { UINT32_MAX, UINT32_MAX },
	};
	size_t most = sizeof(part);
	int err;

	if (!add_text(&most, application) || !add_text(&most, system))
		return -EMSGSIZE;
	err = pcapng_buffer_start_block(buffer, PCAPNG_SECTION, most);
	if (err)
		return err;
	pcapng_buffer_put(buffer, &part, sizeof(part));
	put_text_option(buffer, PCAPNG_SHB_OS, system);
	put_text_option(buffer, PCAPNG_SHB_USERAPPL, application);
	pcapng_buffer_end_block(buffer);
	return 0;
}

int pcapng_open(struct pcapng_writer **opened, int fd, const char *application,
		const char *system)
{
	struct pcapng_writer *writer = calloc(1, sizeof(*writer));
	int err;

	if (!writer)
		return -ENOMEM;
	err = pcapng_buffer_open(&writer->buffer, fd);
	if (!err)
		err = write_section(&writer->buffer, application, system);
	if (err) {
		pcapng_buffer_free(&writer->buffer);
		free(writer);
		return err;
	}
	*opened = writer;
	return 0;
}

int pcapng_add_interface(struct pcapng_writer *writer,
			 const struct pcapng_interface *interface)
{
	struct pcapng_buffer *buffer = &writer->buffer;
	struct pcapng_interface_part part = {
		.link_type = PCAPNG_LINK_ETHERNET,
		.snap = interface->snap,
	};
	static const __u8 resolution = NANOSECONDS;
	size_t most = sizeof(part) + 2 * sizeof(struct pcapng_option) + 4;
	int err;

	if (!add_text(&most, interface->name) ||
	    !add_text(&most, interface->description) ||
	    !add_text(&most, interface->filter))
		return -EMSGSIZE;
	err = pcapng_buffer_start_block(buffer, PCAPNG_INTERFACE, most);
	if (err)
		return err;
	pcapng_buffer_put(buffer, &part, sizeof(part));
	put_text_option(buffer, PCAPNG_IF_NAME, interface->name);
	put_text_option(buffer, PCAPNG_IF_DESCRIPTION, interface->description);
	pcapng_buffer_put_option(buffer, PCAPNG_IF_TSRESOL, &resolution,
				 sizeof(resolution));
	put_filter_option(buffer, interface->filter);
	pcapng_buffer_end_block(buffer);
	return writer->interfaces++;
}

int pcapng_write_packet(struct pcapng_writer *writer,
			const struct pcapng_packet *packet)
{
	struct pcapng_buffer *buffer = &writer->buffer;
	struct pcapng_packet_part part = {
		.interface = packet->interface,
		.time_high = packet->time >> 32,
		.time_low = packet->time,
		.captured = packet->captured,
		.length = packet->length,
	};
	__u32 flags = packet->outbound ? PCAPNG_OUTBOUND : PCAPNG_INBOUND;
	size_t most =
		sizeof(part) + pcapng_padded(packet->captured) + OPTIONS_MOST;
	int err;

	if (packet->interface >= writer->interfaces)
		return -EINVAL;
	if (!add_text(&most, packet->comment) || most > PCAPNG_BLOCK_MAX)
		return -EMSGSIZE;
	err = pcapng_buffer_start_block(buffer, PCAPNG_PACKET, most);
	if (err)
		return err;
	pcapng_buffer_put(buffer, &part, sizeof(part));
	pcapng_buffer_put(buffer, packet->data, packet->captured);
	put_text_option(buffer, PCAPNG_OPT_COMMENT, packet->comment);
	pcapng_buffer_put_option(buffer, PCAPNG_EPB_FLAGS, &flags,
				 sizeof(flags));
	if (packet->id)
		put_u64_option(buffer, PCAPNG_EPB_PACKETID, packet->id);
	if (packet->has_queue)
		pcapng_buffer_put_option(buffer, PCAPNG_EPB_QUEUE,
					 &packet->queue, sizeof(packet->queue));
	put_verdict_option(buffer, packet);
	pcapng_buffer_end_block(buffer);
	return 0;
}

int pcapng_write_counts(struct pcapng_writer *writer, __u32 interface,
			const struct pcapng_counts *counts, const char *comment)
{
	struct pcapng_buffer *buffer = &writer->buffer;
	struct pcapng_statistics_part part = {
		.interface = interface,
		.time_high = counts->end >> 32,
		.time_low = counts->end,
	};
	size_t most = sizeof(part) + OPTIONS_MOST;
	int err;

	if (interface >= writer->interfaces)
		return -EINVAL;
	if (!add_text(&most, comment))
		return -EMSGSIZE;
	err = pcapng_buffer_start_block(buffer, PCAPNG_STATISTICS, most);
	if (err)
		return err;
	pcapng_buffer_put(buffer, &part, sizeof(part));
	put_text_option(buffer, PCAPNG_OPT_COMMENT, comment);
	put_time_option(buffer, PCAPNG_ISB_STARTTIME, counts->start);
	put_time_option(buffer, PCAPNG_ISB_ENDTIME, counts->end);
	put_u64_option(buffer, PCAPNG_ISB_IFRECV, counts->received);
	put_u64_option(buffer, PCAPNG_ISB_IFDROP, counts->dropped);
	put_u64_option(buffer, PCAPNG_ISB_FILTERACCEPT, counts->accepted);
	put_u64_option(buffer, PCAPNG_ISB_OSDROP, counts->lost);
	put_u64_option(buffer, PCAPNG_ISB_USRDELIV, counts->delivered);
	pcapng_buffer_end_block(buffer);
	return 0;
}

int pcapng_flush(struct pcapng_writer *writer)
{
	return pcapng_buffer_flush(&writer->buffer);
}

__u64 pcapng_packets_written(const struct pcapng_writer *writer)
{
	return writer->buffer.packets;
}

int pcapng_close(struct pcapng_writer *writer)
{
	int err = pcapng_buffer_flush(&writer->buffer);

	pcapng_buffer_free(&writer->buffer);
	free(writer);
	return err;
}
