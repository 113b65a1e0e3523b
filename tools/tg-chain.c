// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-chain - empties slots of a prog array, and waits for an RCU grace period.
 * Used after the gate has been switched to another bank. It loads and attaches
 * nothing.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "live/grace.h"
#include "slots.h"

#define EXIT_USAGE 2

static const char help[] =
	"Usage: tg-chain clear PIN FIRST COUNT\n"
	"                     empties slots of a prog array\n"
	"       tg-chain grace\n"
	"                     waits for an RCU grace period: programs that "
	"were "
	"replaced\n"
	"                     before no longer run afterwards\n";

static int chain_fail(const char *what, int err)
{
	fprintf(stderr, "tg-chain: %s: %s\n", what, strerror(-err));
	return err;
}

/* Opens a pinned prog array. Returns an fd or a negative errno. */
static int open_slots(const char *pin)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int fd = bpf_obj_get(pin);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return chain_fail(pin, -errno);
	if (info.type != BPF_MAP_TYPE_PROG_ARRAY ||
	    info.max_entries != TG_SLOTS) {
		close(fd);
		return chain_fail(pin, -EPROTO);
	}
	return fd;
}

static int do_clear(char **argv)
{
	__u32 first = strtoul(argv[1], NULL, 10);
	__u32 count = strtoul(argv[2], NULL, 10);
	int fd = open_slots(argv[0]);

	if (fd < 0)
		return fd;
	for (__u32 slot = first; slot < first + count; slot++)
		bpf_map_delete_elem(fd, &slot);
	close(fd);
	return 0;
}

static int do_grace(void)
{
	int err = grace_wait();

	return err ? chain_fail("grace", err) : 0;
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";

	if (!strcmp(command, "--help") || !strcmp(command, "-h")) {
		fputs(help, stdout);
		return EXIT_SUCCESS;
	}
	libbpf_set_print(NULL);
	if (argc == 5 && !strcmp(command, "clear"))
		return do_clear(argv + 2) ? EXIT_FAILURE : EXIT_SUCCESS;
	if (argc == 2 && !strcmp(command, "grace"))
		return do_grace() ? EXIT_FAILURE : EXIT_SUCCESS;
	fprintf(stderr, "tg-chain: not understood: see tg-chain --help\n");
	return EXIT_USAGE;
}
