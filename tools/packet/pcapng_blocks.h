/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocks of pcapng files, as draft-ietf-opsawg-pcapng defines them. */
#ifndef TG_PCAPNG_BLOCKS_H
#define TG_PCAPNG_BLOCKS_H

#include <stddef.h>
#include <stdint.h>
#include <linux/types.h>

#define PCAPNG_BYTE_ORDER_MAGIC 0x1a2b3c4d
#define PCAPNG_MAJOR 1
#define PCAPNG_LINK_ETHERNET 1

#define PCAPNG_TEXT_MAX (UINT16_MAX - 1)    /* if_filter has a byte before it */
#define PCAPNG_BLOCK_MAX (16 * 1024 * 1024) /* what readers accept */

enum pcapng_block_type {
	PCAPNG_SECTION = 0x0a0d0d0a,
	PCAPNG_INTERFACE = 1,
	PCAPNG_OBSOLETE_PACKET = 2,
	PCAPNG_SIMPLE_PACKET = 3,
	PCAPNG_STATISTICS = 5,
	PCAPNG_PACKET = 6, /* enhanced packet block */
};

/* Codes of options: the same number means something else in each block. */
enum pcapng_option_code {
	PCAPNG_OPT_END = 0,
	PCAPNG_OPT_COMMENT = 1,

	PCAPNG_SHB_OS = 3,
	PCAPNG_SHB_USERAPPL = 4,

	PCAPNG_IF_NAME = 2,
	PCAPNG_IF_DESCRIPTION = 3,
	PCAPNG_IF_TSRESOL = 9,
	PCAPNG_IF_FILTER = 11,

	PCAPNG_EPB_FLAGS = 2,
	PCAPNG_EPB_PACKETID = 5,
	PCAPNG_EPB_QUEUE = 6,
	PCAPNG_EPB_VERDICT = 7,

	PCAPNG_ISB_STARTTIME = 2,
	PCAPNG_ISB_ENDTIME = 3,
	PCAPNG_ISB_IFRECV = 4,
	PCAPNG_ISB_IFDROP = 5,
	PCAPNG_ISB_FILTERACCEPT = 6,
	PCAPNG_ISB_OSDROP = 7,
	PCAPNG_ISB_USRDELIV = 8,
};

/* Directions in PCAPNG_EPB_FLAGS */
enum { PCAPNG_INBOUND = 1, PCAPNG_OUTBOUND = 2 };

/*
 * A block is a struct pcapng_block, a fixed part, options, and its size again.
 * Everything is padded to four bytes.
 */
struct pcapng_block {
	__u32 type, size;
};

static inline size_t pcapng_padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

struct pcapng_option {
	__u16 code, size;
};

struct pcapng_section_part {
	__u32 magic;
	__u16 major, minor;
	__u32 length[2]; /* all ones if not known */
};

struct pcapng_interface_part {
	__u16 link_type, reserved;
	__u32 snap;
};

struct pcapng_packet_part {
	__u32 interface, time_high, time_low, captured, length;
};

struct pcapng_statistics_part {
	__u32 interface, time_high, time_low;
};

#endif
