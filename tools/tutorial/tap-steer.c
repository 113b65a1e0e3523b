// SPDX-License-Identifier: GPL-2.0-only
/*
 * tap-steer - attaches a BPF program that selects the queue for packets sent to
 * a tap device (TUNSETSTEERINGEBPF). The program stays attached after exit.
 */
#include "tutorial.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if_tun.h>

#include "tap.h"

static const char *usage =
	"Usage: tap-steer DEVICE OBJECT SECTION\n"
	"       tap-steer DEVICE off\n"
	"\n"
	"The program in this section chooses the queue of each packet that is\n"
	"sent on the tap device, which has several (multi_queue): its result,\n"
	"modulo their number. With 'off' the kernel chooses again.\n";

static const int no_program = -1;

int main(int argc, char **argv)
{
	const char *device = argv[1];
	int program = no_program;
	int queue;

	expect_arguments(argc, argv, 2, 3, usage);
	expect_tap(device);
	if (argc == 4)
		program = load_program(argv[2], argv[3],
				       BPF_PROG_TYPE_SOCKET_FILTER);
	else if (strcmp(argv[2], "off"))
		die("%s: 'off', or an object and a section", argv[2]);

	/* the ioctl needs an open queue; exit closes it */
	queue = open_tap_queue(device);
	if (ioctl(queue, TUNSETSTEERINGEBPF, &program) < 0)
		die("%s: this kernel has no TUNSETSTEERINGEBPF: %s", device,
		    strerror(errno));
	close(queue);
	return 0;
}
