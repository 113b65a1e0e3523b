/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * udp-listen - opens UDP sockets on a port, attaches a BPF program to them, and
 * prints each datagram with the number of the socket that got it.
 */
#include "tutorial.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#define SOCKETS_MAX 16

static const char *usage =
	"Usage: udp-listen filter OBJECT SECTION PORT\n"
	"       udp-listen reuseport OBJECT SECTION PORT SOCKETS\n"
	"\n"
	"filter: the program decides which datagrams the socket gets, and how "
	"many\n"
	"bytes of each (SO_ATTACH_BPF). reuseport: SOCKETS sockets share the "
	"port,\n"
	"and the program's result is the number of the socket that gets a "
	"datagram\n"
	"(SO_ATTACH_REUSEPORT_EBPF). Prints the datagrams until it is "
	"stopped.\n";

static int open_socket(int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_ANY),
	};
	int one = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("no UDP socket: %s", strerror(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) < 0)
		die("SO_REUSEPORT: %s", strerror(errno));
	if (bind(fd, (void *)&address, sizeof(address)) < 0)
		die("port %d: %s", port, strerror(errno));
	return fd;
}

static void attach(int fd, int option, int program)
{
	if (setsockopt(fd, SOL_SOCKET, option, &program, sizeof(program)) < 0)
		die("the socket refuses the program: %s", strerror(errno));
}

static void print_datagram(int number, int fd)
{
	char text[2048];
	ssize_t length = recv(fd, text, sizeof(text) - 1, 0);

	if (length < 0)
		die("recv: %s", strerror(errno));
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	printf("socket %d: %s\n", number, text);
	fflush(stdout);
}

static void listen_forever(const int *sockets, int count)
{
	struct pollfd polled[SOCKETS_MAX];

	for (int i = 0; i < count; i++)
		polled[i] =
			(struct pollfd){ .fd = sockets[i], .events = POLLIN };
	for (;;) {
		if (poll(polled, count, -1) < 0)
			die("poll: %s", strerror(errno));
		for (int i = 0; i < count; i++)
			if (polled[i].revents)
				print_datagram(i, polled[i].fd);
	}
}

int main(int argc, char **argv)
{
	int sockets[SOCKETS_MAX], count = 1;
	int option = SO_ATTACH_BPF, port, program;

	expect_arguments(argc, argv, 4, 5, usage);
	port = number("PORT", argv[4], 1, 65535);
	if (!strcmp(argv[1], "reuseport") && argc == 6) {
		option = SO_ATTACH_REUSEPORT_EBPF;
		count = number("SOCKETS", argv[5], 1, SOCKETS_MAX);
	} else if (strcmp(argv[1], "filter") || argc != 5) {
		die("%s: 'filter' with four words, or 'reuseport' with five",
		    argv[1]);
	}
	program = load_program(argv[2], argv[3], BPF_PROG_TYPE_SOCKET_FILTER);
	for (int i = 0; i < count; i++)
		sockets[i] = open_socket(port);
	/* One call is enough for all sockets that share a port. */
	attach(sockets[0], option, program);
	listen_forever(sockets, count);
}
