// SPDX-License-Identifier: GPL-2.0-only
#include "chain_run.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

/*
 * BPF_PROG_TEST_RUN limits an skb to a page less its headroom and tailroom, and
 * rejects one with a truncated network header. Other sizes are made with
 * bpf_skb_change_tail().
 */
#define MADE_MAX 3072
#define MADE_MIN (ETH_HLEN + 40)
#define FRAME_MAX (128 << 10)

#define TAG_SIZE 4
#define LINK_ADDRESSES (2 * ETH_ALEN)

/* --- entry program for skbs */

/* Parameters of the entry program, which clears them before the gate runs. */
#define CB_TAG offsetof(struct __sk_buff, cb[0])  /* protocol and TCI */
#define CB_SIZE offsetof(struct __sk_buff, cb[1]) /* 0: leave the size */

#define RETURNED_NO_ENTRY 0x7467

#define INSN(CODE, DST, SRC, OFF, IMM)                \
	((struct bpf_insn){ .code = (CODE),           \
			    .dst_reg = BPF_REG_##DST, \
			    .src_reg = (SRC),         \
			    .off = (OFF),             \
			    .imm = (IMM) })
#define COPY(DST, SRC) \
	INSN(BPF_ALU64 | BPF_MOV | BPF_X, DST, BPF_REG_##SRC, 0, 0)
#define SET(DST, IMM) INSN(BPF_ALU64 | BPF_MOV | BPF_K, DST, 0, 0, IMM)
#define LOAD(DST, OFF) INSN(BPF_LDX | BPF_W | BPF_MEM, DST, BPF_REG_6, OFF, 0)
/* stores a register: kernels before 6.3 reject a constant in the context */
#define STORE(OFF, SRC) \
	INSN(BPF_STX | BPF_W | BPF_MEM, 6, BPF_REG_##SRC, OFF, 0)
#define SKIP_IF_0(REG, COUNT) INSN(BPF_JMP | BPF_JEQ | BPF_K, REG, 0, COUNT, 0)
#define CALL(HELPER) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_##HELPER)

/*
 * Loads the entry program. BPF_PROG_TEST_RUN cannot set an skb's VLAN tag or a
 * size beyond its limits, so this program does it, as cb[] says, and then
 * tail-calls the gate. Returns its fd or a negative errno.
 */
static int load_entry(int array)
{
	const struct bpf_insn insns[] = {
		COPY(6, 1),
		LOAD(3, CB_TAG),
		SKIP_IF_0(3, 8),
		COPY(2, 3),
		INSN(BPF_ALU64 | BPF_RSH | BPF_K, 2, 0, 0, 16),
		INSN(BPF_ALU64 | BPF_AND | BPF_K, 3, 0, 0, 0xffff),
		COPY(1, 6),
		CALL(skb_vlan_push),
		SKIP_IF_0(0, 2),
		SET(0, RETURNED_NO_ENTRY),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
		LOAD(2, CB_SIZE),
		SKIP_IF_0(2, 6),
		COPY(1, 6),
		SET(3, 0),
		CALL(skb_change_tail),
		SKIP_IF_0(0, 2),
		SET(0, RETURNED_NO_ENTRY),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
		SET(0, 0),
		STORE(CB_TAG, 0),
		STORE(CB_SIZE, 0),
		COPY(1, 6),
		INSN(BPF_LD | BPF_DW | BPF_IMM, 2, BPF_PSEUDO_MAP_FD, 0, array),
		{ 0 },
		SET(3, TWIN_GATE_SLOT),
		CALL(tail_call),
		SET(0, RETURNED_NO_ENTRY),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	return bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "tg_explain", "GPL",
			     insns, sizeof(insns) / sizeof(*insns), NULL);
}

int chain_run_start(struct chain_run *run, const struct twins *twins,
		    int device)
{
	*run = (struct chain_run){
		.twins = twins,
		.device = device,
		.entry = twins->list[0].fd,
		.frame = malloc(FRAME_MAX),
	};
	if (!run->frame)
		return -ENOMEM;
	if (twins->hook != TG_HOOK_XDP)
		run->entry = load_entry(twins->array);
	return run->entry < 0 ? run->entry : 0;
}

void chain_run_end(struct chain_run *run)
{
	if (run->entry >= 0 && run->entry != run->twins->list[0].fd)
		close(run->entry);
	free(run->frame);
}

/* --- one packet */

static int run_xdp(const struct chain_run *run, size_t size, int *returned)
{
	LIBBPF_OPTS(bpf_test_run_opts, options);
	struct xdp_md xdp = {
		.data_end = size,
		.ingress_ifindex = run->device,
	};
	int err;

	options.data_in = run->frame;
	options.data_size_in = size;
	options.ctx_in = &xdp;
	options.ctx_size_in = sizeof(xdp);
	options.repeat = 1;
	err = bpf_prog_test_run_opts(run->entry, &options);
	*returned = options.retval;
	return err;
}

static bool is_tagged(const uint8_t *frame, size_t size)
{
	uint16_t protocol;

	if (size < ETH_HLEN + TAG_SIZE)
		return false;
	protocol = frame[LINK_ADDRESSES] << 8 | frame[LINK_ADDRESSES + 1];
	return protocol == ETH_P_8021Q || protocol == ETH_P_8021AD;
}

/*
 * Removes the outer VLAN tag from the frame. Returns its protocol, in network
 * byte order, in the upper 16 bits, and its TCI, in host byte order, below.
 */
static uint32_t take_tag(uint8_t *frame, size_t *size)
{
	uint16_t protocol, tci;
	uint8_t *tag = frame + LINK_ADDRESSES;

	memcpy(&protocol, tag, sizeof(protocol));
	tci = tag[2] << 8 | tag[3];
	*size -= TAG_SIZE;
	memmove(tag, tag + TAG_SIZE, *size - LINK_ADDRESSES);
	return (uint32_t)protocol << 16 | tci;
}

static size_t made_size(size_t size)
{
	if (size < MADE_MIN)
		return MADE_MIN;
	return size < MADE_MAX ? size : MADE_MAX;
}

static int run_skb(const struct chain_run *run, size_t size,
		   const struct policy_metadata *metadata, int *returned)
{
	LIBBPF_OPTS(bpf_test_run_opts, options);
	struct __sk_buff skb = {
		.mark = metadata->skb.mark,
		.ifindex = run->device,
	};
	size_t made;
	int err;

	if (is_tagged(run->frame, size))
		skb.cb[0] = take_tag(run->frame, &size);
	made = made_size(size);
	if (made > size)
		memset(run->frame + size, 0, made - size);
	if (made != size)
		skb.cb[1] = size;
	options.data_in = run->frame;
	options.data_size_in = made;
	options.ctx_in = &skb;
	options.ctx_size_in = sizeof(skb);
	options.repeat = 1;
	err = bpf_prog_test_run_opts(run->entry, &options);
	*returned = options.retval;
	if (!err && *returned == RETURNED_NO_ENTRY)
		err = -EMSGSIZE;
	return err;
}

const char *chain_run(struct chain_run *run, const uint8_t *frame, size_t size,
		      const struct policy_metadata *metadata, int *returned)
{
	size_t whole = size + metadata->missing;
	bool is_xdp = run->twins->hook == TG_HOOK_XDP;
	int err;

	if (whole < ETH_HLEN)
		return "the kernel runs no packet that is shorter than its "
		       "Ethernet header, 14 bytes";
	if (whole > FRAME_MAX)
		return "the kernel runs no packet of more than 128 KiB";
	if (whole > MADE_MAX && is_xdp && !run->twins->multi_buffer)
		return "too long for XDP with single buffers";
	memcpy(run->frame, frame, size);
	memset(run->frame + size, 0, metadata->missing);
	err = is_xdp ? run_xdp(run, whole, returned)
		     : run_skb(run, whole, metadata, returned);
	if (!err)
		return NULL;
	if (whole > MADE_MAX)
		return "the kernel cannot make a packet of this size here";
	return strerror(-err);
}
