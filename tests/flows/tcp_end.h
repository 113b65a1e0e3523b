/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One end of a TCP connection, as RFC 9293 and RFC 5961 have it, without
 * timers: a test says when it sends, reads, sends again, closes or crashes.
 * Segments out of order are dropped.
 */
#ifndef TG_TCP_END_H
#define TG_TCP_END_H

#include <stdbool.h>
#include <stdint.h>

#include "flow_tcp.h"

/* Sequences are counted from the first one: the SYN is 0, data begins at 1. */
struct tcp_end {
	enum {
		TCP_GONE, /* answers with RST */
		TCP_LISTENS,
		TCP_SYN_SENT,
		TCP_SYN_RECEIVED,
		TCP_OPEN,
	} phase;
	uint32_t first, others_first; /* sequences */
	uint64_t acked, next;	      /* of what it sends */
	uint64_t limit;		      /* may send up to here */
	uint64_t received;	      /* of the other end */
	uint64_t offered;	   /* has let the other end send up to here */
	uint32_t space, space_max; /* for what it receives */
	uint8_t scale;
	uint8_t others_scale; /* TG_FLOW_NO_SCALE: has not got the option */
	uint64_t fin;	      /* sequence of its FIN, 0 before */
	bool got_fin;

	/* segments to send */
	struct tg_flow_segment out[8];
	unsigned int out_count;
};

void tcp_end_connect(struct tcp_end *end);
void tcp_end_send(struct tcp_end *end, uint32_t size, bool is_pushed);
void tcp_end_close(struct tcp_end *end);
void tcp_end_abort(struct tcp_end *end);
void tcp_end_crash(struct tcp_end *end);
void tcp_end_read(struct tcp_end *end, uint32_t space);
void tcp_end_ack(struct tcp_end *end);
void tcp_end_keep_alive(struct tcp_end *end);
/* What was not acknowledged, at most `size` bytes of it; or a window's probe.
 */
void tcp_end_send_again(struct tcp_end *end, uint32_t size);
void tcp_end_receive(struct tcp_end *end,
		     const struct tg_flow_segment *segment);

/* Bytes that it may still send. */
uint32_t tcp_end_room(const struct tcp_end *end);
bool tcp_end_is_done(const struct tcp_end *end);

#endif
