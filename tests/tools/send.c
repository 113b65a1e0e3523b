// SPDX-License-Identifier: GPL-2.0-only
/*
 * send DEVICE - sends frames on a device without changing them. They are read
 * from standard input, one a line, in hexadecimal digits, with or without
 * blanks. Frames dropped on egress are not errors.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME_MAX 9216

static int digit(char c)
{
	if (isdigit(c))
		return c - '0';
	return isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

/* Returns the number of bytes, or -EINVAL. */
static int read_hex(const char *line, unsigned char *frame, size_t room)
{
	size_t digits = 0;

	for (; *line && *line != '\n'; line++) {
		int value = digit(*line);

		if (*line == ' ')
			continue;
		if (value < 0 || digits == 2 * room)
			return -EINVAL;
		if (digits % 2)
			frame[digits / 2] |= value;
		else
			frame[digits / 2] = value << 4;
		digits++;
	}
	return digits % 2 ? -EINVAL : (int)(digits / 2);
}

static int send_all(FILE *input, int socket, const struct sockaddr_ll *to)
{
	unsigned char frame[FRAME_MAX];
	char *line = NULL;
	size_t room = 0;
	int number = 0, err = 0;

	while (!err && getline(&line, &room, input) >= 0) {
		int size = read_hex(line, frame, sizeof(frame));

		number++;
		if (size < 0) {
			fprintf(stderr, "send: line %d: not a frame\n", number);
			err = size;
		} else if (sendto(socket, frame, size, 0, (const void *)to,
				  sizeof(*to)) < 0 &&
			   errno != ENOBUFS) {
			err = -errno;
			fprintf(stderr, "send: line %d: %s\n", number,
				strerror(-err));
		}
	}
	free(line);
	return err;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	int sock, err;

	if (argc != 2) {
		fprintf(stderr, "usage: send DEVICE <FRAMES\n");
		return 2;
	}
	to.sll_ifindex = if_nametoindex(argv[1]);
	if (!to.sll_ifindex) {
		fprintf(stderr, "send: no such device: '%s'\n", argv[1]);
		return EXIT_FAILURE;
	}
	sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	if (sock < 0) {
		fprintf(stderr, "send: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	err = send_all(stdin, sock, &to);
	close(sock);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
