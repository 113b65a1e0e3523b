// SPDX-License-Identifier: GPL-2.0-only
/*
 * flood PORT MAC ADDRESS [PORT MAC ADDRESS]... - sends UDP packets to port 9 of
 * each ADDRESS, as Ethernet frames in datagrams to a PORT of this host, where a
 * virtual machine has a network card. It begins before the machine does, and
 * goes on until it is killed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define PAYLOAD 18
#define SOURCE "198.18.0.1"

/* Between two frames, so that a software machine can still boot. */
#define PAUSE_NS 1000000

struct frame {
	struct ethhdr ethernet;
	struct iphdr ip;
	struct udphdr udp;
	char payload[PAYLOAD];
} __attribute__((packed));

static uint16_t checksum(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i += 2)
		sum += at[i] << 8 | at[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static int frame_make(struct frame *frame, const char *mac, const char *address)
{
	static const uint8_t from[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
	const struct ether_addr *to = ether_aton(mac);

	*frame = (struct frame){
		.ethernet.h_proto = htons(ETH_P_IP),
		.ip = { .version = 4,
			.ihl = 5,
			.ttl = 64,
			.protocol = IPPROTO_UDP,
			.tot_len = htons(sizeof(*frame) - ETH_HLEN),
			.saddr = inet_addr(SOURCE),
			.daddr = inet_addr(address) },
		.udp = { .source = htons(40000),
			 .dest = htons(9),
			 .len = htons(sizeof(frame->udp) + PAYLOAD) },
	};
	if (!to || frame->ip.daddr == INADDR_NONE)
		return -EINVAL;
	memcpy(frame->ethernet.h_dest, to, ETH_ALEN);
	memcpy(frame->ethernet.h_source, from, ETH_ALEN);
	frame->ip.check = checksum(&frame->ip, sizeof(frame->ip));
	return 0;
}

/* Nobody may listen yet, so errors are ignored. */
static void send_to(int fd, const char *port, const struct frame *frame)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	sendto(fd, frame, sizeof(*frame), 0, (struct sockaddr *)&to,
	       sizeof(to));
}

int main(int argc, char **argv)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (argc < 4 || (argc - 1) % 3 || fd < 0) {
		fprintf(stderr, "Usage: flood PORT MAC ADDRESS...\n");
		return 2;
	}
	for (int i = 1;; i = i + 3 < argc ? i + 3 : 1) {
		struct frame frame;

		if (frame_make(&frame, argv[i + 1], argv[i + 2])) {
			fprintf(stderr, "flood: %s %s: not understood\n",
				argv[i + 1], argv[i + 2]);
			return 2;
		}
		send_to(fd, argv[i], &frame);
		nanosleep(&pause, NULL);
	}
}
