// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcx DEVICE - attaches a program that passes everything to the TCX ingress of
 * a device while it runs, and prints a line when it is attached. Exit status 3
 * if the kernel has no TCX (before 6.6).
 */
#include <errno.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

/* not in the headers and libbpf of Debian 12 */
enum { TCX_INGRESS = 46 };
#define NO_TCX 3

struct link_create {
	__u32 prog_fd;
	__u32 target_ifindex;
	__u32 attach_type;
	__u32 flags;
	__u64 relative;
	__u64 revision;
};

static int load_pass(void)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K,
		  .dst_reg = BPF_REG_0,
		  .imm = -1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "tcx_pass", "GPL", insns,
			     sizeof(insns) / sizeof(*insns), NULL);
}

int main(int argc, char **argv)
{
	struct link_create link = { .attach_type = TCX_INGRESS };
	int program;

	if (argc != 2) {
		fprintf(stderr, "usage: tcx DEVICE\n");
		return 2;
	}
	link.target_ifindex = if_nametoindex(argv[1]);
	if (!link.target_ifindex) {
		fprintf(stderr, "tcx: no such device: '%s'\n", argv[1]);
		return EXIT_FAILURE;
	}
	program = load_pass();
	link.prog_fd = program;
	if (program < 0 ||
	    syscall(__NR_bpf, BPF_LINK_CREATE, &link, sizeof(link)) < 0) {
		fprintf(stderr, "tcx: %s\n", strerror(errno));
		return program >= 0 && errno == EINVAL ? NO_TCX : EXIT_FAILURE;
	}
	puts("attached");
	fflush(stdout);
	pause();
	return EXIT_SUCCESS;
}
