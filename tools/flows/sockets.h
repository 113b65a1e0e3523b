/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the connected sockets of this network namespace. Used by adopt.c. */
#ifndef TG_FLOWS_SOCKETS_H
#define TG_FLOWS_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/inet_diag.h>

/* In host byte order; an IPv4 address is the first word. */
struct socket_end {
	uint32_t words[4];
	uint16_t port;
};

struct socket_pair {
	struct socket_end local, remote;
	uint8_t protocol; /* TCP or UDP */
	uint8_t state;	  /* TCP_ESTABLISHED ... of <netinet/tcp.h> */
	int device;	  /* that it is bound to, or 0 */
	uint32_t mark;	  /* of its packets, or 0 */
	bool is_ip6;
	bool was_asked; /* the remote end began: we listen on the port */
};

typedef void socket_visit_fn(void *context, const struct socket_pair *pair);

/*
 * Calls the function for each connected socket. Returns 0 or a negative errno;
 * a kernel without support for a protocol is no error.
 */
int sockets_visit(socket_visit_fn *visit, void *context);

#endif
