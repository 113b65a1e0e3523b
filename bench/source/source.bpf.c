// SPDX-License-Identifier: GPL-2.0-only
/*
 * source - replaces live frames of BPF_PROG_TEST_RUN by those of a trace, and
 * redirects them to a device.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "frames_bpf.h"
#include "source.h"

struct source_progress source_progress;

static __always_inline void take_time(void)
{
	__u32 number = source_progress.number++;
	__u32 piece = number / SOURCE_PIECE % SOURCE_TIMES_MAX;

	if (number % SOURCE_PIECE == 0)
		source_progress.times[piece] = bpf_ktime_get_ns();
}

SEC("xdp")
int source_xdp(struct xdp_md *ctx)
{
	__u32 position = source_progress.position;

	take_time();
	source_progress.position =
		position + 1 < frames.count ? position + 1 : 0;
	if (frames_write(position, (void *)(long)ctx->data,
			 (void *)(long)ctx->data_end))
		return XDP_ABORTED;
	return bpf_redirect(source_progress.device, 0);
}

char LICENSE[] SEC("license") = "GPL";
