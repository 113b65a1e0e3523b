/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions to rtnetlink: a request, and a function for each answer to it. */
#ifndef TG_NETLINK_H
#define TG_NETLINK_H

#include <stddef.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* What one message says; other than 0 ends the dump and is its result. */
typedef int netlink_visit(const struct nlmsghdr *message, void *context);

/*
 * Asks in the network namespace of this process. The payload is the header of
 * the request and its attributes. 0 or a negative errno; -EAGAIN where the
 * kernel says that what it dumps has changed meanwhile.
 */
int netlink_ask(int type, int flags, const void *payload, size_t size,
		netlink_visit *visit, void *context);

/* The attributes that follow a message's header, by their number; or NULL. */
void netlink_attributes(const struct nlmsghdr *message, size_t header,
			const struct rtattr **found, int max);
void netlink_nested(const struct rtattr *outer, const struct rtattr **found,
		    int max);

/* Of an attribute: a number, or text that ends in a 0; 0 or NULL without. */
unsigned int netlink_u32(const struct rtattr *attribute);
const char *netlink_text(const struct rtattr *attribute);

#endif
