/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sends a request to the kernel over netlink and calls a function for each
 * message of the answer. Used by tg-look, and by tg-flows for sockets.
 */
#ifndef TG_NETLINK_H
#define TG_NETLINK_H

#include <stddef.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* Handles one message; a non-zero return ends the dump and is its result. */
typedef int netlink_visit(const struct nlmsghdr *message, void *context);

/*
 * Sends a request of a protocol, such as NETLINK_ROUTE, in the network
 * namespace of this process. The payload is the
 * request's header and attributes. Returns 0 or a negative errno; -EAGAIN if
 * the dump was interrupted by a change (NLM_F_DUMP_INTR).
 */
int netlink_ask(int protocol, int type, int flags, const void *payload,
		size_t size, netlink_visit *visit, void *context);

/*
 * Indexes the attributes after a message's header by type; missing ones are
 * NULL.
 */
void netlink_attributes(const struct nlmsghdr *message, size_t header,
			const struct rtattr **found, int max);
void netlink_nested(const struct rtattr *outer, const struct rtattr **found,
		    int max);

/*
 * The value of an attribute: a number, or a NUL-terminated string; 0 or NULL if
 * it is missing.
 */
unsigned int netlink_u32(const struct rtattr *attribute);
const char *netlink_text(const struct rtattr *attribute);

#endif
