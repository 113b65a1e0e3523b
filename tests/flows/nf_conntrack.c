// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "flows/nf_conntrack.h"

#define PACKET_MAX 65536
#define MESSAGE_MAX 1024
#define WAIT_PACKETS 50
#define PASS_MS 200 /* usually it has passed when write() returns */

static int device_open(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	if (device < 0 || ioctl(device, TUNSETIFF, &request) < 0) {
		int error = -errno;

		fprintf(stderr, "tun %s: %m\n", name);
		if (device >= 0)
			close(device);
		return error;
	}
	return device;
}

void kernel_close(struct kernel *kernel)
{
	for (int i = 0; i < 2; i++)
		if (kernel->devices[i] >= 0)
			close(kernel->devices[i]);
	if (kernel->netlink >= 0)
		close(kernel->netlink);
}

/* --- packets */

const uint8_t kernel_ends6[2][16] = {
	{ 0x20, 0x01, 0x0d, 0xb8, 0, 1, [15] = 2 },
	{ 0x20, 0x01, 0x0d, 0xb8, 0, 2, [15] = 2 },
};

size_t kernel_fragment4(uint8_t *packet, size_t size, bool from_second,
			uint8_t protocol, uint16_t id, uint16_t offset)
{
	uint32_t ends[] = { htonl(KERNEL_FIRST4), htonl(KERNEL_SECOND4) };
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tot_len = htons(size),
		.id = htons(id),
		.frag_off = htons(offset),
		.ttl = 64,
		.protocol = protocol,
		.saddr = ends[from_second],
		.daddr = ends[!from_second],
	};
	uint16_t words[sizeof(ip) / 2];
	uint32_t sum = 0;

	memcpy(words, &ip, sizeof(ip));
	for (unsigned int i = 0; i < sizeof(ip) / 2; i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	ip.check = ~(sum + (sum >> 16));
	memcpy(packet, &ip, sizeof(ip));
	return sizeof(ip);
}

static size_t header6(uint8_t *packet, size_t size, bool from_second,
		      uint8_t protocol)
{
	struct ipv6hdr ip = {
		.version = 6,
		.payload_len = htons(size - sizeof(ip)),
		.nexthdr = protocol,
		.hop_limit = 64,
	};

	memcpy(&ip.saddr, kernel_ends6[from_second], sizeof(ip.saddr));
	memcpy(&ip.daddr, kernel_ends6[!from_second], sizeof(ip.daddr));
	memcpy(packet, &ip, sizeof(ip));
	return sizeof(ip);
}

size_t kernel_header(uint8_t *packet, size_t size, bool is_ip6,
		     bool from_second, uint8_t protocol)
{
	if (is_ip6)
		return header6(packet, size, from_second, protocol);
	return kernel_fragment4(packet, size, from_second, protocol, 0, 0);
}

int kernel_send(struct kernel *kernel, bool from_second, const uint8_t *packet,
		size_t size)
{
	if (write(kernel->devices[from_second], packet, size) == (ssize_t)size)
		return 0;
	perror("tun");
	return -EIO;
}

int kernel_pass(struct kernel *kernel, bool from_second, const uint8_t *packet,
		size_t size, bool *is_passed, enum tg_flow_fact *fact)
{
	struct pollfd wait = { kernel->devices[!from_second], POLLIN, 0 };
	uint8_t passed[PACKET_MAX];
	ssize_t length;

	*is_passed = false;
	if (kernel_send(kernel, from_second, packet, size) < 0)
		return -EIO;
	while (!*is_passed) {
		uint8_t dscp;

		if (poll(&wait, 1, PASS_MS) == 0)
			return 0;
		length = read(wait.fd, passed, sizeof(passed));
		if (length < 0)
			return -errno;
		/* the kernel sends packets of its own */
		if (length != (ssize_t)size || passed[0] >> 4 != packet[0] >> 4)
			continue;
		dscp = packet[0] >> 4 == 4
			       ? passed[1] >> 2
			       : (passed[0] << 4 | passed[1] >> 4) >> 2 & 0x3f;
		if (!dscp || dscp > TG_FLOW_FACTS) {
			fprintf(stderr, "a packet was not judged\n");
			return -EPROTO;
		}
		*fact = dscp - 1;
		*is_passed = true;
	}
	return 0;
}

/* --- conntrack's table */

struct message {
	struct nlmsghdr header;
	struct nfgenmsg netfilter;
	uint8_t attributes[256];
};

static struct nlattr *attribute_put(struct message *message, uint16_t type,
				    const void *value, size_t size)
{
	struct nlattr *attribute = (struct nlattr *)((uint8_t *)message +
						     message->header.nlmsg_len);

	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + size;
	if (size)
		memcpy((uint8_t *)attribute + NLA_HDRLEN, value, size);
	message->header.nlmsg_len += NLA_ALIGN(attribute->nla_len);
	return attribute;
}

static void nest_end(struct message *message, struct nlattr *nest)
{
	nest->nla_type |= NLA_F_NESTED;
	nest->nla_len = (uint8_t *)message + message->header.nlmsg_len -
			(uint8_t *)nest;
}

static void tuple_put(struct message *message, bool is_ip6, uint16_t first_port,
		      uint16_t second_port)
{
	struct nlattr *tuple = attribute_put(message, CTA_TUPLE_ORIG, NULL, 0);
	struct nlattr *nest = attribute_put(message, CTA_TUPLE_IP, NULL, 0);

	if (is_ip6) {
		attribute_put(message, CTA_IP_V6_SRC, kernel_ends6[0], 16);
		attribute_put(message, CTA_IP_V6_DST, kernel_ends6[1], 16);
	} else {
		attribute_put(message, CTA_IP_V4_SRC,
			      &(uint32_t){ htonl(KERNEL_FIRST4) }, 4);
		attribute_put(message, CTA_IP_V4_DST,
			      &(uint32_t){ htonl(KERNEL_SECOND4) }, 4);
	}
	nest_end(message, nest);
	nest = attribute_put(message, CTA_TUPLE_PROTO, NULL, 0);
	attribute_put(message, CTA_PROTO_NUM, &(uint8_t){ IPPROTO_TCP }, 1);
	attribute_put(message, CTA_PROTO_SRC_PORT,
		      &(uint16_t){ htons(first_port) }, 2);
	attribute_put(message, CTA_PROTO_DST_PORT,
		      &(uint16_t){ htons(second_port) }, 2);
	nest_end(message, nest);
	nest_end(message, tuple);
}

/* An attribute among others, NULL if it is not there. */
static const uint8_t *attribute_find(const uint8_t *list, size_t size,
				     uint16_t type, size_t *value_size)
{
	while (list && size >= NLA_HDRLEN) {
		const struct nlattr *attribute = (const void *)list;
		size_t length = attribute->nla_len;

		if (length < NLA_HDRLEN || length > size)
			return NULL;
		if ((attribute->nla_type & NLA_TYPE_MASK) == type) {
			*value_size = length - NLA_HDRLEN;
			return list + NLA_HDRLEN;
		}
		length = NLA_ALIGN(length);
		if (length >= size)
			return NULL;
		list += length;
		size -= length;
	}
	return NULL;
}

static void entry_read(const uint8_t *list, size_t size,
		       struct kernel_entry *entry)
{
	size_t found_size, ends_size = 0;
	const uint8_t *found, *ends;
	uint32_t status;

	entry->is_there = true;
	found = attribute_find(list, size, CTA_STATUS, &found_size);
	if (found) {
		memcpy(&status, found, sizeof(status));
		entry->is_answered = ntohl(status) & IPS_SEEN_REPLY;
	}
	ends = attribute_find(list, size, CTA_TUPLE_ORIG, &ends_size);
	if (ends)
		ends = attribute_find(ends, ends_size, CTA_TUPLE_IP,
				      &ends_size);
	found = attribute_find(ends, ends_size, CTA_IP_V4_SRC, &found_size);
	if (found)
		entry->by_second =
			memcmp(found, &(uint32_t){ htonl(KERNEL_SECOND4) },
			       4) == 0;
	found = attribute_find(ends, ends_size, CTA_IP_V6_SRC, &found_size);
	if (found)
		entry->by_second = memcmp(found, kernel_ends6[1], 16) == 0;
	found = attribute_find(list, size, CTA_PROTOINFO, &found_size);
	if (found)
		found = attribute_find(found, found_size, CTA_PROTOINFO_TCP,
				       &found_size);
	if (found)
		found = attribute_find(found, found_size,
				       CTA_PROTOINFO_TCP_STATE, &found_size);
	if (found)
		entry->tcp_state = *found;
}

/*
 * The answer is in `answer`; its size, 0 if there is no entry. Without ports,
 * all entries are meant.
 */
static ssize_t ask(struct kernel *kernel, uint16_t type, uint16_t flags,
		   bool is_ip6, uint16_t first_port, uint16_t second_port,
		   uint8_t *answer)
{
	struct message message = {
		.header = {
			.nlmsg_len = offsetof(struct message, attributes),
			.nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | type,
			.nlmsg_flags = NLM_F_REQUEST | flags,
			.nlmsg_seq = ++kernel->sequence,
		},
		.netfilter = { .nfgen_family = is_ip6 ? AF_INET6 : AF_INET },
	};
	const struct nlmsghdr *header = (void *)answer;
	const struct nlmsgerr *error = NLMSG_DATA(header);
	ssize_t length;

	if (first_port)
		tuple_put(&message, is_ip6, first_port, second_port);
	if (send(kernel->netlink, &message, message.header.nlmsg_len, 0) < 0)
		return -errno;
	do {
		length = recv(kernel->netlink, answer, MESSAGE_MAX, 0);
		if (length < (ssize_t)sizeof(*header))
			return -EPROTO;
	} while (header->nlmsg_seq != kernel->sequence);
	if (header->nlmsg_type != NLMSG_ERROR)
		return length;
	return error->error == -ENOENT ? 0 : error->error;
}

int kernel_look(struct kernel *kernel, bool is_ip6, uint16_t first_port,
		uint16_t second_port, struct kernel_entry *entry)
{
	uint8_t answer[MESSAGE_MAX] __attribute__((aligned(8)));
	size_t start = NLMSG_LENGTH(sizeof(struct nfgenmsg));
	ssize_t length = ask(kernel, IPCTNL_MSG_CT_GET, 0, is_ip6, first_port,
			     second_port, answer);

	*entry = (struct kernel_entry){ 0 };
	if (length > (ssize_t)start)
		entry_read(answer + start, length - start, entry);
	return length < 0 ? length : 0;
}

int kernel_flush(struct kernel *kernel)
{
	uint8_t answer[MESSAGE_MAX] __attribute__((aligned(8)));

	return ask(kernel, IPCTNL_MSG_CT_DELETE, NLM_F_ACK, false, 0, 0,
		   answer);
}

/* --- */

/* The kernel learns a little later that the devices are open. */
static int wait_until_forwarded(struct kernel *kernel)
{
	enum tg_flow_fact fact;

	for (int i = 0; i < 4; i++) {
		bool is_ip6 = i / 2, from_second = i % 2, is_passed = false;
		size_t size =
			is_ip6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
		uint8_t packet[KERNEL_HEADER_MAX];

		kernel_header(packet, size, is_ip6, from_second, IPPROTO_NONE);
		for (int tries = 0; !is_passed; tries++) {
			int error = kernel_pass(kernel, from_second, packet,
						size, &is_passed, &fact);

			if (error < 0 || tries == WAIT_PACKETS)
				return error < 0 ? error : -ETIMEDOUT;
		}
	}
	return kernel_flush(kernel);
}

int kernel_open(struct kernel *kernel)
{
	static const char *const names[] = { "first", "second" };

	*kernel = (struct kernel){ .devices = { -1, -1 }, .netlink = -1 };
	for (int i = 0; i < 2; i++) {
		kernel->devices[i] = device_open(names[i]);
		if (kernel->devices[i] < 0)
			goto failed;
	}
	kernel->netlink =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (kernel->netlink < 0) {
		perror("netlink");
		goto failed;
	}
	if (wait_until_forwarded(kernel) == 0)
		return 0;
	fprintf(stderr, "packets are not forwarded\n");
failed:
	kernel_close(kernel);
	return -EIO;
}
