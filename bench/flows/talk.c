// SPDX-License-Identifier: GPL-2.0-only
/*
 * talk - connections that must survive a flood. `talk serve` answers with what
 * it receives. `talk call` keeps many connections busy, opens new ones at a
 * steady rate, and says how both fared.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "talk.h"

#define EVENTS 256
#define CONNECTIONS_MAX 16384
#define TICK_MS 5
#define OPEN_MS 20000 /* to establish all transfers */

static const char help[] =
	"Usage: talk serve ADDRESS PORT\n"
	"       talk call [OPTION...] ADDRESS PORT\n"
	"\n"
	"  -n, --transfers N    connections that keep exchanging messages "
	"(10)\n"
	"  -i, --interval MS    between two messages of a transfer (500)\n"
	"  -r, --rate N         new connections a second (0)\n"
	"  -l, --limit MS       a new connection without an answer by then "
	"has\n"
	"                       failed, a transfer has stalled (5000)\n"
	"  -t, --time S         how long (5)\n"
	"  -h, --help\n"
	"\n"
	"Prints 'ready' when all transfers are established, then a JSON "
	"object.\n";

enum role { FREE, TRANSFER, NEWCOMER };

struct connection {
	enum role role;
	int socket;
	bool is_open, is_waiting; /* for an answer */
	size_t got;		  /* bytes of the answer */
	uint64_t since, next;	  /* milliseconds */
	uint64_t longest;	  /* that an answer took */
};

struct caller {
	struct sockaddr_in server;
	unsigned long transfers, interval, rate, limit, time;
	int epoll;
	struct connection *connections;
	uint64_t messages, opened, lost, began, answered, prompt, failed;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int talk_fail(const char *what)
{
	fprintf(stderr, "talk: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

/* --- call */

static void hang_up(struct connection *connection)
{
	/* with a RST: no ports are left in TIME-WAIT */
	struct linger at_once = { .l_onoff = 1 };

	setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &at_once,
		   sizeof(at_once));
	close(connection->socket);
	connection->role = FREE;
}

static void fails(struct caller *caller, struct connection *connection)
{
	if (connection->role == TRANSFER)
		caller->lost++;
	else
		caller->failed++;
	hang_up(connection);
}

static int dial(struct caller *caller, enum role role)
{
	struct connection *connection = caller->connections;
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	int socket_fd;

	while (connection->role != FREE)
		if (++connection == caller->connections + CONNECTIONS_MAX)
			return -ENOSPC;
	socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (socket_fd < 0)
		return -errno;
	*connection = (struct connection){ .role = role,
					   .socket = socket_fd,
					   .since = now_ms() };
	event.data.ptr = connection;
	if (connect(socket_fd, (struct sockaddr *)&caller->server,
		    sizeof(caller->server)) &&
	    errno != EINPROGRESS)
		return -errno;
	return epoll_ctl(caller->epoll, EPOLL_CTL_ADD, socket_fd, &event)
		       ? -errno
		       : 0;
}

static void say(struct caller *caller, struct connection *connection)
{
	static const char message[MESSAGE];

	if (connection->role == TRANSFER)
		connection->since = now_ms();
	connection->is_waiting = true;
	connection->got = 0;
	if (send(connection->socket, message, sizeof(message), MSG_NOSIGNAL) !=
	    MESSAGE)
		fails(caller, connection);
}

/* The time of a newcomer's answer includes the handshake. */
static void is_answered(struct caller *caller, struct connection *connection)
{
	uint64_t now = now_ms(), took = now - connection->since;

	connection->is_waiting = false;
	if (connection->role == NEWCOMER) {
		caller->answered++;
		caller->prompt += took < 1000;
		hang_up(connection);
		return;
	}
	caller->messages++;
	if (took > connection->longest)
		connection->longest = took;
	connection->next = now + caller->interval;
}

static void hear(struct caller *caller, struct connection *connection)
{
	char bytes[MESSAGE];
	ssize_t size;

	while (connection->role != FREE &&
	       (size = recv(connection->socket, bytes, sizeof(bytes), 0)) !=
		       -1) {
		connection->got += size;
		if (!size)
			fails(caller, connection);
		else if (connection->is_waiting && connection->got == MESSAGE)
			is_answered(caller, connection);
	}
	if (connection->role != FREE && errno != EAGAIN)
		fails(caller, connection);
}

static void take_event(struct caller *caller, const struct epoll_event *event)
{
	struct connection *connection = event->data.ptr;

	if (connection->role == FREE)
		return;
	if (event->events & (EPOLLERR | EPOLLHUP)) {
		fails(caller, connection);
		return;
	}
	if (event->events & EPOLLOUT && !connection->is_open) {
		connection->is_open = true;
		caller->opened += connection->role == TRANSFER;
		/* transfers begin one after the other */
		connection->next =
			now_ms() + (connection - caller->connections) %
					   (caller->interval + 1);
		if (connection->role == NEWCOMER)
			say(caller, connection);
	}
	if (event->events & EPOLLIN)
		hear(caller, connection);
}

static void wait_a_tick(struct caller *caller)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(caller->epoll, events, EVENTS, TICK_MS);

	for (int i = 0; i < count; i++)
		take_event(caller, &events[i]);
}

/* `is_ending`: what waits for an answer is awaited, and nothing is said. */
static bool go_on(struct caller *caller, bool is_ending)
{
	uint64_t now = now_ms();
	bool is_busy = false;

	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *one = &caller->connections[i];

		if (one->role == FREE)
			continue;
		if (one->role == NEWCOMER && now - one->since > caller->limit)
			fails(caller, one);
		else if (one->role == TRANSFER && one->is_open && !is_ending &&
			 !one->is_waiting && now >= one->next)
			say(caller, one);
		if (one->role == NEWCOMER ||
		    (one->role == TRANSFER && one->is_waiting))
			is_busy = true;
	}
	return is_busy;
}

static int open_transfers(struct caller *caller)
{
	uint64_t end = now_ms() + OPEN_MS;

	for (unsigned long i = 0; i < caller->transfers; i++) {
		if (dial(caller, TRANSFER))
			return talk_fail("cannot connect");
		if (i % 64 == 63)
			wait_a_tick(caller);
	}
	while (caller->opened < caller->transfers && now_ms() < end)
		wait_a_tick(caller);
	if (caller->opened < caller->transfers) {
		fprintf(stderr, "talk: only %lu transfers began\n",
			caller->opened);
		return EXIT_FAILURE;
	}
	printf("ready\n");
	fflush(stdout);
	return 0;
}

static void report(const struct caller *caller)
{
	uint64_t longest = 0, stalled = 0, now = now_ms();

	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		const struct connection *one = &caller->connections[i];
		uint64_t most = one->longest;

		if (one->role != TRANSFER)
			continue;
		if (one->is_waiting && now - one->since > most)
			most = now - one->since;
		stalled += most > caller->limit;
		if (most > longest)
			longest = most;
	}
	printf("{\"transfers\": %lu, \"lost\": %lu, \"stalled\": %lu, "
	       "\"longest_ms\": %lu, \"messages\": %lu, \"calls\": %lu, "
	       "\"answered\": %lu, \"in_a_second\": %lu}\n",
	       caller->transfers, caller->lost, stalled, longest,
	       caller->messages, caller->began, caller->answered,
	       caller->prompt);
}

static int call(struct caller *caller)
{
	uint64_t start, end;
	int err;

	caller->connections =
		calloc(CONNECTIONS_MAX, sizeof(*caller->connections));
	caller->epoll = epoll_create1(0);
	if (!caller->connections || caller->epoll < 0)
		return talk_fail("cannot begin");
	err = open_transfers(caller);
	if (err)
		return err;
	start = now_ms();
	end = start + caller->time * 1000;
	while (now_ms() < end) {
		while (caller->began <
		       (now_ms() - start) * caller->rate / 1000) {
			caller->began++;
			if (dial(caller, NEWCOMER))
				caller->failed++;
		}
		go_on(caller, false);
		wait_a_tick(caller);
	}
	end = now_ms() + caller->limit + 1000;
	while (go_on(caller, true) && now_ms() < end)
		wait_a_tick(caller);
	report(caller);
	return 0;
}

/* --- options */

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || value > 1000000) {
		fprintf(stderr, "talk: not a number: '%s': see talk --help\n",
			text);
		exit(2);
	}
	return value;
}

static void read_options(int argc, char **argv, struct caller *caller)
{
	static const struct option longs[] = {
		{ "transfers", required_argument, NULL, 'n' },
		{ "interval", required_argument, NULL, 'i' },
		{ "rate", required_argument, NULL, 'r' },
		{ "limit", required_argument, NULL, 'l' },
		{ "time", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "n:i:r:l:t:h", longs, NULL)) >=
	       0) {
		if (option == 'h') {
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		} else if (option == 'n') {
			caller->transfers = number(optarg);
		} else if (option == 'i') {
			caller->interval = number(optarg);
		} else if (option == 'r') {
			caller->rate = number(optarg);
		} else if (option == 'l') {
			caller->limit = number(optarg);
		} else if (option == 't') {
			caller->time = number(optarg);
		} else {
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	struct rlimit files = { 65536, 65536 };
	struct caller caller = { .transfers = 10,
				 .interval = 500,
				 .limit = 5000,
				 .time = 5,
				 .server.sin_family = AF_INET };

	read_options(argc, argv, &caller);
	if (optind + 3 != argc || inet_pton(AF_INET, argv[optind + 1],
					    &caller.server.sin_addr) != 1) {
		fprintf(stderr, "talk: serve or call, an address and a port: "
				"see talk --help\n");
		return 2;
	}
	caller.server.sin_port = htons(number(argv[optind + 2]));
	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);
	if (!strcmp(argv[optind], "serve"))
		return talk_serve(&caller.server);
	return call(&caller);
}
