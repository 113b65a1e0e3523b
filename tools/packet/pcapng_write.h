/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes captures as pcapng, a section of this machine's byte order with
 * Ethernet interfaces whose times are nanoseconds. Used by capture.
 *
 * Blocks are collected in a buffer and written together. Functions return a
 * negative errno on failure:
 * - -EINTR, -EAGAIN: the buffer is full and the file takes no more now. The
 *   block of this call was not added; call again. A signal ends the wait for
 *   the reader of a pipe, unless its handler was set with SA_RESTART and
 *   nothing was written.
 * - -EINVAL, -EMSGSIZE, -ENOMEM: the block was not added; the writer can be
 *   used.
 * - others, of write(2): every later call returns the same error. A regular
 *   file has been truncated after the last whole block.
 * The caller must ignore SIGPIPE.
 */
#ifndef TG_PCAPNG_WRITE_H
#define TG_PCAPNG_WRITE_H

#include <stdbool.h>
#include <linux/types.h>

/* Types of epb_verdict */
#define PCAPNG_VERDICT_NONE 0
#define PCAPNG_VERDICT_TC 1  /* its value is a TC_ACT_… */
#define PCAPNG_VERDICT_XDP 2 /* its value is an XDP_… */

/* Texts are UTF-8 of at most 65534 bytes; NULL or "" if there is none. */
struct pcapng_interface {
	const char *name;
	const char *description;
	const char *filter;
	__u32 snap; /* the largest .captured, 0 for no limit */
};

struct pcapng_packet {
	__u32 interface; /* as returned by pcapng_add_interface() */
	__u64 time;	 /* ns since 1970 */
	const void *data;
	__u32 captured; /* bytes at data */
	__u32 length;	/* of the whole frame */
	const char *comment;
	bool outbound;
	__u8 verdict_type;
	__u64 verdict_value;
	__u64 id; /* the same in all interfaces that saw the packet; 0: none */
	bool has_queue;
	__u32 queue;
};

struct pcapng_counts {
	__u64 received;	  /* packets that the interface saw */
	__u64 dropped;	  /* by the interface, before the filter saw them */
	__u64 accepted;	  /* by the filter of the capture */
	__u64 lost;	  /* of these, because a buffer was full */
	__u64 delivered;  /* to the file */
	__u64 start, end; /* of the capture, ns since 1970 */
};

struct pcapng_writer;

/* Starts the section. The file descriptor stays the caller's. */
int pcapng_open(struct pcapng_writer **writer, int fd, const char *application,
		const char *system);

/* Returns the interface's number: 0 for the first, then 1, ... */
int pcapng_add_interface(struct pcapng_writer *writer,
			 const struct pcapng_interface *interface);
int pcapng_write_packet(struct pcapng_writer *writer,
			const struct pcapng_packet *packet);
int pcapng_write_counts(struct pcapng_writer *writer, __u32 interface,
			const struct pcapng_counts *counts,
			const char *comment);
int pcapng_flush(struct pcapng_writer *writer);

/* Packets in the file so far, without those in the buffer. */
__u64 pcapng_packets_written(const struct pcapng_writer *writer);

/*
 * Flushes and frees. After -EINTR, the rest of the buffer is lost: flush first.
 */
int pcapng_close(struct pcapng_writer *writer);

#endif
