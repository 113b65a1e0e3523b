// SPDX-License-Identifier: GPL-2.0-only
/*
 * tap-pong - answers ARP requests and pings for any IPv4 address at the other
 * end of a tap device. A reply is sent on the queue on which the request came;
 * its TTL is 100 plus the queue's number.
 */
#include "tutorial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>

#include "tap.h"

#define QUEUES_MAX 16
#define FIRST_TTL 100

static const char *usage = "Usage: tap-pong DEVICE QUEUES\n"
			   "\n"
			   "Makes a tap device of so many queues, and answers "
			   "to ARP and pings of\n"
			   "any IPv4 address at its other end. Comes back when "
			   "it is ready, and goes\n"
			   "on answering until the device is removed ('ip link "
			   "del DEVICE'). The TTL\n"
			   "of an answer is 100 and the number of the queue.\n";

static const uint8_t own_mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 7 };

union frame {
	uint8_t bytes[65536];
	struct ethhdr eth;
};

static uint16_t checksum(const void *data, size_t length)
{
	const uint8_t *bytes = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static bool answer_arp(union frame *frame, size_t length)
{
	struct ether_arp *arp = (void *)(frame->bytes + ETH_HLEN);
	uint8_t wanted[4];

	if (length < ETH_HLEN + sizeof(*arp) ||
	    arp->arp_op != htons(ARPOP_REQUEST) ||
	    !memcmp(arp->arp_spa, arp->arp_tpa, sizeof(wanted)))
		return false;
	memcpy(wanted, arp->arp_tpa, sizeof(wanted));
	memcpy(arp->arp_tha, arp->arp_sha, ETH_ALEN);
	memcpy(arp->arp_tpa, arp->arp_spa, sizeof(wanted));
	memcpy(arp->arp_sha, own_mac, ETH_ALEN);
	memcpy(arp->arp_spa, wanted, sizeof(wanted));
	arp->arp_op = htons(ARPOP_REPLY);
	return true;
}

static bool answer_ping(union frame *frame, size_t length, int queue)
{
	struct iphdr *ip = (void *)(frame->bytes + ETH_HLEN);
	struct icmphdr *icmp;
	size_t header, total;
	uint32_t asked;

	if (length < ETH_HLEN + sizeof(*ip))
		return false;
	header = ip->ihl * 4;
	total = ntohs(ip->tot_len);
	icmp = (void *)((uint8_t *)ip + header);
	if (header < sizeof(*ip) || total < header + sizeof(*icmp) ||
	    length < ETH_HLEN + total || ip->protocol != IPPROTO_ICMP ||
	    ip->frag_off & htons(IP_MF | IP_OFFMASK) || icmp->type != ICMP_ECHO)
		return false;
	asked = ip->daddr;
	ip->daddr = ip->saddr;
	ip->saddr = asked;
	ip->ttl = FIRST_TTL + queue;
	ip->check = 0;
	ip->check = checksum(ip, header);
	icmp->type = ICMP_ECHOREPLY;
	icmp->checksum = 0;
	icmp->checksum = checksum(icmp, total - header);
	return true;
}

/* Turns a request into its reply. Returns false if no reply is due. */
static bool answer(union frame *frame, size_t length, int queue)
{
	bool answered = false;

	if (length < ETH_HLEN)
		return false;
	if (frame->eth.h_proto == htons(ETH_P_ARP))
		answered = answer_arp(frame, length);
	else if (frame->eth.h_proto == htons(ETH_P_IP))
		answered = answer_ping(frame, length, queue);
	memcpy(frame->eth.h_dest, frame->eth.h_source, ETH_ALEN);
	memcpy(frame->eth.h_source, own_mac, ETH_ALEN);
	return answered;
}

/*
 * Answers all requests waiting in a queue. Returns false if the device is gone.
 */
static bool serve(int fd, int queue)
{
	static union frame frame;
	ssize_t length;

	while ((length = read(fd, &frame, sizeof(frame))) >= 0) {
		if (answer(&frame, length, queue) &&
		    write(fd, &frame, length) < 0 && errno == EBADFD)
			return false;
	}
	return errno == EAGAIN || errno == EINTR;
}

static void serve_all(struct pollfd *queues, int count)
{
	for (;;) {
		if (poll(queues, count, -1) < 0)
			return;
		for (int i = 0; i < count; i++) {
			if (queues[i].revents && !serve(queues[i].fd, i))
				return;
		}
	}
}

int main(int argc, char **argv)
{
	struct pollfd queues[QUEUES_MAX];
	const char *device = argv[1];
	int count;

	expect_arguments(argc, argv, 2, 2, usage);
	count = number("QUEUES", argv[2], 1, QUEUES_MAX);
	if (if_nametoindex(device))
		die("%s: is there already: 'ip link del %s' removes it", device,
		    device);
	for (int i = 0; i < count; i++) {
		queues[i].fd = open_tap_queue(device);
		queues[i].events = POLLIN;
	}
	printf("%s: answering on %d queues\n", device, count);
	fflush(stdout);
	if (daemon(0, 0) < 0)
		die("daemon: %s", strerror(errno));
	serve_all(queues, count);
	return 0;
}
