// SPDX-License-Identifier: GPL-2.0-only
#include "grace.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

/*
 * membarrier() fails on CPUs in nohz_full mode. Updating a map of maps waits
 * for the same RCU grace period before it returns.
 */
static int grace_by_map(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);
	int inner, outer = -1, err = 0;
	__u32 key = 0;

	inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "tg_grace_in", 4, 4, 1,
			       NULL);
	if (inner < 0)
		return -errno;
	options.inner_map_fd = inner;
	outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "tg_grace", 4, 4, 1,
			       &options);
	if (outer < 0 || bpf_map_update_elem(outer, &key, &inner, 0) < 0)
		err = -errno;
	if (outer >= 0)
		close(outer);
	close(inner);
	return err;
}

int grace_wait(void)
{
	if (syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0)
		return 0;
	return grace_by_map();
}
