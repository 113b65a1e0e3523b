// SPDX-License-Identifier: GPL-2.0-only
#include "netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX 256

/* Buffer size in bytes; the kernel sends no larger message in a dump. */
#define ANSWER_MAX 65536

struct request {
	struct nlmsghdr header;
	char payload[REQUEST_MAX];
};

static int send_request(int fd, int type, int flags, const void *payload,
			size_t size)
{
	struct request request = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(size),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | flags,
			.nlmsg_seq = 1,
		},
	};
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (size > sizeof(request.payload))
		return -EMSGSIZE;
	memcpy(request.payload, payload, size);
	if (sendto(fd, &request, request.header.nlmsg_len, 0,
		   (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

/*
 * Returns 1 at the end of the answer, 0 if more follows, or a negative errno.
 */
static int take_message(const struct nlmsghdr *message, int flags,
			netlink_visit *visit, void *context)
{
	const struct nlmsgerr *error = NLMSG_DATA(message);
	int err;

	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		return -EAGAIN;
	if (message->nlmsg_type == NLMSG_DONE) {
		err = *(const int *)NLMSG_DATA(message);
		return err < 0 ? err : 1;
	}
	if (message->nlmsg_type == NLMSG_ERROR)
		return error->error ? error->error : 1;
	err = visit(message, context);
	if (err)
		return err;
	return (flags & NLM_F_DUMP) == NLM_F_DUMP ? 0 : 1;
}

static int take_answer(int fd, int flags, netlink_visit *visit, void *context)
{
	/* not static: the visitor may ask, too */
	char buffer[ANSWER_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
	int err = 0;

	while (!err) {
		ssize_t size = recv(fd, buffer, sizeof(buffer), MSG_TRUNC);
		const struct nlmsghdr *message = (const void *)buffer;

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return -errno;
		if (size > (ssize_t)sizeof(buffer))
			return -EMSGSIZE;
		if (!size)
			return -EPROTO;
		for (; !err && NLMSG_OK(message, size);
		     message = NLMSG_NEXT(message, size))
			err = take_message(message, flags, visit, context);
	}
	return err < 0 ? err : 0;
}

int netlink_ask(int protocol, int type, int flags, const void *payload,
		size_t size, netlink_visit *visit, void *context)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	int err;

	if (fd < 0)
		return -errno;
	err = send_request(fd, type, flags, payload, size);
	if (!err)
		err = take_answer(fd, flags, visit, context);
	close(fd);
	return err;
}

static void sort_attributes(const struct rtattr *first, int size,
			    const struct rtattr **found, int max)
{
	memset(found, 0, (max + 1) * sizeof(*found));
	for (; RTA_OK(first, size); first = RTA_NEXT(first, size)) {
		int type = first->rta_type & NLA_TYPE_MASK;

		if (type <= max)
			found[type] = first;
	}
}

void netlink_attributes(const struct nlmsghdr *message, size_t header,
			const struct rtattr **found, int max)
{
	const char *start = NLMSG_DATA(message);

	sort_attributes((const void *)(start + NLMSG_ALIGN(header)),
			(int)message->nlmsg_len - (int)NLMSG_SPACE(header),
			found, max);
}

void netlink_nested(const struct rtattr *outer, const struct rtattr **found,
		    int max)
{
	sort_attributes(outer ? RTA_DATA(outer) : NULL,
			outer ? (int)RTA_PAYLOAD(outer) : 0, found, max);
}

unsigned int netlink_u32(const struct rtattr *attribute)
{
	unsigned int value = 0;

	if (attribute && RTA_PAYLOAD(attribute) >= sizeof(value))
		memcpy(&value, RTA_DATA(attribute), sizeof(value));
	return value;
}

const char *netlink_text(const struct rtattr *attribute)
{
	if (!attribute || !RTA_PAYLOAD(attribute) ||
	    !memchr(RTA_DATA(attribute), 0, RTA_PAYLOAD(attribute)))
		return NULL;
	return RTA_DATA(attribute);
}
