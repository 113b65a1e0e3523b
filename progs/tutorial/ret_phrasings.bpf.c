// SPDX-License-Identifier: GPL-2.0-only
/*
 * ret_phrasings - the program of ret.bpf.c, written as arrays of instructions:
 * three notations for the same bytes. Then the same program in classic BPF,
 * which has another instruction format.
 *
 *	llvm-objdump -D -j bytes build/tutorial/ret_phrasings.o
 *	llvm-objdump -D -j classic_bytes build/tutorial/ret_phrasings.o
 */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <bpf/bpf_helpers.h>

/* eBPF: two instructions, struct bpf_insn */

struct bpf_insn ret_in_bytes[] SEC("bytes") = {
	{ 0xb4, 0x0, 0x0, 0x0000, 0x00000000 },
	{ 0x95, 0x0, 0x0, 0x0000, 0x00000000 },
};

struct bpf_insn ret_in_constants[] SEC("constants") = {
	{ BPF_ALU | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0 },
	{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
};

/* clang-format off */
#define MOVE_NUMBER(to, number) { BPF_ALU | BPF_MOV | BPF_K, to, 0, 0, number }
#define EXIT()                  { BPF_JMP | BPF_EXIT, 0, 0, 0, 0 }
/* clang-format on */

struct bpf_insn ret_in_macros[] SEC("macros") = {
	MOVE_NUMBER(BPF_REG_0, 0),
	EXIT(),
};

/* classic BPF: one instruction, struct sock_filter */

struct sock_filter classic_in_bytes[] SEC("classic_bytes") = {
	{ 0x06, 0, 0, 0x00000000 },
};

struct sock_filter classic_in_constants[] SEC("classic_constants") = {
	{ BPF_RET | BPF_K, 0, 0, 0 },
};

struct sock_filter classic_in_macros[] SEC("classic_macros") = {
	BPF_STMT(BPF_RET | BPF_K, 0),
};
