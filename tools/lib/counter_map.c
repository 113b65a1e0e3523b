// SPDX-License-Identifier: GPL-2.0-only
#include "counter_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static int check_layout(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	return info.type == BPF_MAP_TYPE_PERCPU_ARRAY &&
			       info.value_size == sizeof(struct tg_counter) &&
			       info.max_entries == TG_COUNTERS
		       ? 0
		       : -EPROTO;
}

static void add_cells(struct tg_counter *sum, const struct tg_counter *cells,
		      int cpus)
{
	for (int cpu = 0; cpu < cpus; cpu++) {
		sum->packets += cells[cpu].packets;
		sum->bytes += cells[cpu].bytes;
	}
}

/* All cells of all CPUs with as few calls as the kernel allows. */
static int read_batches(int fd, struct tg_counter *sums, __u32 *keys,
			struct tg_counter *cells, int cpus)
{
	LIBBPF_OPTS(bpf_map_batch_opts, options);
	__u32 position = 0, *from = NULL, done = 0;

	while (done < TG_COUNTERS) {
		__u32 count = TG_COUNTERS - done;
		int failed = bpf_map_lookup_batch(fd, from, &position, keys,
						  cells, &count, &options);

		if (failed < 0 && errno != ENOENT)
			return -errno;
		for (__u32 i = 0; i < count; i++)
			add_cells(&sums[keys[i]], &cells[(size_t)i * cpus],
				  cpus);
		done += count;
		if (failed < 0)
			break;
		from = &position;
	}
	return 0;
}

int counter_map_read(int fd, struct tg_counter *sums)
{
	int cpus = libbpf_num_possible_cpus();
	struct tg_counter *cells;
	__u32 *keys;
	int err = cpus < 0 ? cpus : check_layout(fd);

	if (err)
		return err;
	memset(sums, 0, TG_COUNTERS * sizeof(*sums));
	cells = calloc((size_t)TG_COUNTERS * cpus, sizeof(*cells));
	keys = calloc(TG_COUNTERS, sizeof(*keys));
	err = cells && keys ? read_batches(fd, sums, keys, cells, cpus)
			    : -ENOMEM;
	free(keys);
	free(cells);
	return err;
}
