// SPDX-License-Identifier: GPL-2.0-only
/*
 * driver - feeds the frames of a trace to a program under BPF_PROG_TEST_RUN,
 * which repeats a single packet: it writes the next frame over the packet and
 * tail-calls the program. Its own cost is measured with an empty program.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include "driver.h"
#include "frames_bpf.h"

struct driver_progress driver_progress;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} driver_next SEC(".maps");

/* Selects the next frame; takes the time at the start of each piece. */
static __always_inline __u32 driver_step(void)
{
	__u32 position = driver_progress.position;

	if (position % DRIVER_PIECE == 0) {
		__u32 count = driver_progress.count++;

		if (count < DRIVER_TIMES_MAX)
			driver_progress.times[count] = bpf_ktime_get_ns();
	}
	driver_progress.position =
		position + 1 < frames.count ? position + 1 : 0;
	return position;
}

SEC("xdp")
int driver_xdp(struct xdp_md *ctx)
{
	if (!frames_write(driver_step(), (void *)(long)ctx->data,
			  (void *)(long)ctx->data_end))
		bpf_tail_call(ctx, &driver_next, 0);
	return XDP_ABORTED;
}

static __always_inline int driver_skb(struct __sk_buff *skb)
{
	if (!frames_write(driver_step(), (void *)(long)skb->data,
			  (void *)(long)skb->data_end))
		bpf_tail_call(skb, &driver_next, 0);
	return TC_ACT_STOLEN;
}

SEC("ingress")
int driver_ingress(struct __sk_buff *skb)
{
	return driver_skb(skb);
}

SEC("egress")
int driver_egress(struct __sk_buff *skb)
{
	return driver_skb(skb);
}

char LICENSE[] SEC("license") = "GPL";
