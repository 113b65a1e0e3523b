// SPDX-License-Identifier: GPL-2.0-only
/*
 * fanout - opens a fanout group of packet sockets on a device, with a BPF
 * program that chooses the socket for each packet (PACKET_FANOUT_EBPF), runs a
 * command, and prints how many packets each socket received meanwhile.
 */
#include "tutorial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>

#define MEMBERS_MAX 64

/*
 * exit status of a child that could not execute and has printed why, as in sh
 */
#define NOT_FOUND 127

static const char *usage =
	"Usage: fanout DEVICE OBJECT SECTION MEMBERS COMMAND...\n"
	"\n"
	"Opens a fanout group of so many packet sockets on the device. The\n"
	"program in this section chooses the one that gets a packet, received\n"
	"or sent: its result, modulo their number. Runs the command, and "
	"prints\n"
	"how many packets each socket got meanwhile.\n";

static int open_member(const char *device)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device),
	};
	int member = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (member < 0 && errno == EPERM)
		die("not permitted: packet sockets take root");
	if (member < 0)
		die("no packet socket: %s", strerror(errno));
	if (bind(member, (void *)&address, sizeof(address)) < 0)
		die("%s: %s", device, strerror(errno));
	return member;
}

/* The first member creates a new group; the others join it. */
static void join(int member, int *group)
{
	int wanted = *group | PACKET_FANOUT_EBPF << 16;
	socklen_t size = sizeof(wanted);

	if (*group < 0)
		wanted = (PACKET_FANOUT_EBPF | PACKET_FANOUT_FLAG_UNIQUEID)
			 << 16;
	if (setsockopt(member, SOL_PACKET, PACKET_FANOUT, &wanted, size) < 0)
		die("this kernel has no PACKET_FANOUT_EBPF: %s",
		    strerror(errno));
	if (*group >= 0)
		return;
	if (getsockopt(member, SOL_PACKET, PACKET_FANOUT, &wanted, &size) < 0)
		die("PACKET_FANOUT: %s", strerror(errno));
	*group = wanted & 0xffff;
}

static void open_group(const char *device, int program, int *members, int count)
{
	int group = -1;

	for (int i = 0; i < count; i++) {
		members[i] = open_member(device);
		join(members[i], &group);
	}
	if (setsockopt(members[0], SOL_PACKET, PACKET_FANOUT_DATA, &program,
		       sizeof(program)) < 0)
		die("the group refuses the program: %s", strerror(errno));
}

/*
 * Packets since the last call, including those dropped because a queue was
 * full. Reading the statistics resets them.
 */
static unsigned int packets(int member)
{
	struct tpacket_stats stats;
	socklen_t size = sizeof(stats);

	if (getsockopt(member, SOL_PACKET, PACKET_STATISTICS, &stats, &size) <
	    0)
		die("PACKET_STATISTICS: %s", strerror(errno));
	return stats.tp_packets;
}

static void run(char **command)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		die("fork: %s", strerror(errno));
	if (child == 0) {
		execvp(command[0], command);
		fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name,
			command[0], strerror(errno));
		_exit(NOT_FOUND);
	}
	if (waitpid(child, &status, 0) < 0)
		die("%s: %s", command[0], strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
		exit(STATUS_FAILED);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		die("%s has failed", command[0]);
}

int main(int argc, char **argv)
{
	int members[MEMBERS_MAX];
	int count, program;

	expect_arguments(argc, argv, 5, argc, usage);
	if (!if_nametoindex(argv[1]))
		die("%s: no such device", argv[1]);
	count = number("MEMBERS", argv[4], 1, MEMBERS_MAX);
	program = load_program(argv[2], argv[3], BPF_PROG_TYPE_SOCKET_FILTER);
	open_group(argv[1], program, members, count);

	for (int i = 0; i < count; i++)
		packets(members[i]);
	run(argv + 5);
	for (int i = 0; i < count; i++)
		printf("member %d: %u packets\n", i, packets(members[i]));
	return 0;
}
