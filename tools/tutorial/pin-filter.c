// SPDX-License-Identifier: GPL-2.0-only
/*
 * pin-filter - loads a program as a socket filter and pins it, as needed by
 * iptables -m bpf --object-pinned PATH.
 */
#include "tutorial.h"

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

static const char *usage =
	"Usage: pin-filter OBJECT SECTION PATH\n"
	"\n"
	"Loads the program in this section as a socket filter, and pins it at\n"
	"PATH, which must be in a bpffs such as /sys/fs/bpf. 'rm PATH' unpins "
	"it.\n";

static const char *why_not_pinned(int error)
{
	switch (error) {
	case EEXIST:
		return "something is pinned there: 'rm' removes it";
	case EACCES:
		return "not permitted: pinning takes root";
	case EPERM:
		return "no bpffs is there, or you may not write to it: "
		       "'mount -t bpf bpf /sys/fs/bpf' makes one";
	default:
		return strerror(error);
	}
}

int main(int argc, char **argv)
{
	int program;

	expect_arguments(argc, argv, 3, 3, usage);
	program = load_program(argv[1], argv[2], BPF_PROG_TYPE_SOCKET_FILTER);
	if (bpf_obj_pin(program, argv[3]) < 0)
		die("%s: %s", argv[3], why_not_pinned(errno));
	return 0;
}
