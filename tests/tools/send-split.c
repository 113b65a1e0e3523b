// SPDX-License-Identifier: GPL-2.0-only
/*
 * send-split TAP FIRST - injects frames into a tap device with FIRST bytes in
 * the linear part of the skb and the rest in a page, like header split of a
 * network card. Frames are read from standard input, one a line in hexadecimal.
 *
 * The tap must exist: ip tuntap add dev TAP mode tap.
 */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#define FRAME_MAX 4096

static int open_tap(const char *name)
{
	struct ifreq request = {
		.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_NAPI | IFF_NAPI_FRAGS,
	};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0) {
		perror(name);
		return -1;
	}
	return fd;
}

static size_t read_hex(const char *line, unsigned char *frame)
{
	size_t size = 0;
	unsigned int byte;

	while (size < FRAME_MAX && sscanf(line, "%2x", &byte) == 1) {
		frame[size++] = byte;
		line += 2;
	}
	return size;
}

int main(int argc, char **argv)
{
	static char line[2 * FRAME_MAX + 2];
	static unsigned char frame[FRAME_MAX];
	size_t first = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	int fd;

	if (!first) {
		fputs("usage: send-split TAP FIRST <FRAMES\n", stderr);
		return 2;
	}
	fd = open_tap(argv[1]);
	if (fd < 0)
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		size_t size = read_hex(line, frame);
		struct iovec parts[] = {
			{ frame, first },
			{ frame + first, size - first },
		};

		if (size <= first || writev(fd, parts, 2) != (ssize_t)size) {
			perror("frame");
			return 1;
		}
	}
	close(fd);
	return 0;
}
