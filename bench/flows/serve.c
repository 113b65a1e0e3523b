// SPDX-License-Identifier: GPL-2.0-only
/* The server of talk: sends back what it receives. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "talk.h"

#define EVENTS 256
#define BACKLOG 4096

static void echo(int socket)
{
	char bytes[4 * MESSAGE];
	ssize_t size = recv(socket, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (size < 0 && errno == EAGAIN)
		return;
	if (size <= 0 || send(socket, bytes, size, MSG_NOSIGNAL) != size)
		close(socket);
}

static void accept_all(int epoll, int listener)
{
	int socket;

	while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		struct epoll_event event = { .events = EPOLLIN,
					     .data.fd = socket };

		epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
	}
}

int talk_serve(const struct sockaddr_in *address)
{
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
	struct epoll_event event = { .events = EPOLLIN, .data.fd = listener };
	struct epoll_event events[EVENTS];
	int epoll = epoll_create1(0), count;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (listener < 0 || epoll < 0 ||
	    bind(listener, (const struct sockaddr *)address,
		 sizeof(*address)) ||
	    listen(listener, BACKLOG) ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event))
		return talk_fail("cannot listen");
	while ((count = epoll_wait(epoll, events, EVENTS, -1)) >= 0 ||
	       errno == EINTR) {
		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == listener)
				accept_all(epoll, listener);
			else
				echo(events[i].data.fd);
		}
	}
	return talk_fail("cannot wait");
}
