// SPDX-License-Identifier: GPL-2.0-only
#include "reader.h"

#include <errno.h>
#include <limits.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "lib/pinned_map.h"

#define POLL_MS 50

/* Of all CPUs together, and of one, in bytes. */
#define ROOM_OF_ALL ((size_t)64 << 20)
#define ROOM_MIN ((size_t)1 << 20)
#define ROOM_MAX ((size_t)16 << 20)

struct event_reader {
	packet_taker take;
	void *data;
	int result; /* of the last packet */
	struct perf_buffer *buffer;
	int events, state; /* fds: closed, the kernel takes the buffers away */
	int cpus;
	int64_t monotonic_to_real;     /* in ns */
	struct tg_watch_state *states; /* one of each CPU */
	struct event_counts base[TG_HOOKS];
	uint64_t taken[TG_HOOKS];
	uint8_t frame[UINT16_MAX + JUDGED_TAG_SIZE];
};

/* --- one event */

/* The layout of PERF_SAMPLE_RAW. */
struct raw_sample {
	struct perf_event_header header;
	__u32 size;
	uint8_t bytes[];
} __attribute__((packed));

static void take_sample(struct event_reader *reader,
			const struct raw_sample *sample)
{
	const struct tg_watch_event *event = (const void *)sample->bytes;
	struct judged_packet packet;

	if (sample->size < sizeof(*event) || event->hook >= TG_HOOKS ||
	    event->captured > sample->size - sizeof(*event) ||
	    event->captured > UINT16_MAX)
		return;
	judged_packet_set(&packet, event, sample->bytes + sizeof(*event),
			  reader->monotonic_to_real, reader->frame);
	reader->taken[event->hook]++;
	reader->result = reader->take(reader->data, &packet);
}

/*
 * Programs count what found no room, so the kernel's own records of that are
 * not needed.
 */
static enum bpf_perf_event_ret take_event(void *data, int cpu,
					  struct perf_event_header *header)
{
	struct event_reader *reader = data;

	(void)cpu;
	if (header->type == PERF_RECORD_SAMPLE && !reader->result)
		take_sample(reader, (const struct raw_sample *)header);
	return LIBBPF_PERF_EVENT_CONT;
}

/* --- all of them */

static int read_states(struct event_reader *reader,
		       struct event_counts counts[TG_HOOKS])
{
	for (__u32 hook = 0; hook < TG_HOOKS; hook++) {
		struct event_counts *sum = &counts[hook];

		if (bpf_map_lookup_elem(reader->state, &hook, reader->states) <
		    0)
			return -errno;
		*sum = (struct event_counts){ 0 };
		for (int cpu = 0; cpu < reader->cpus; cpu++) {
			const struct tg_watch_state *state =
				&reader->states[cpu];

			sum->judged += state->judged;
			sum->matched += state->matched;
			sum->chosen += state->chosen;
			sum->lost += state->lost;
		}
	}
	return 0;
}

/* A power of two, as the ring has to be. */
static size_t pages_of_cpu(int cpus)
{
	size_t room = ROOM_OF_ALL / cpus, size = ROOM_MIN;

	while (size * 2 <= room && size < ROOM_MAX)
		size *= 2;
	return size / sysconf(_SC_PAGESIZE);
}

static int open_buffer(struct event_reader *reader)
{
	size_t pages = pages_of_cpu(reader->cpus);
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.size = sizeof(attr),
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
		.watermark = 1,
		.wakeup_watermark = pages * sysconf(_SC_PAGESIZE) / 8,
	};

	reader->buffer = perf_buffer__new_raw(reader->events, pages, &attr,
					      take_event, reader, NULL);
	return reader->buffer ? 0 : -errno;
}

static int open_pin(const char *pins, const char *name)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", pins, name);
	fd = bpf_obj_get(path);
	if (fd < 0)
		fprintf(stderr, "tg-capture: %s: %s\n", path, strerror(errno));
	return fd < 0 ? -errno : fd;
}

int event_reader_open(struct event_reader **made, const char *pins,
		      packet_taker take, void *data)
{
	struct event_reader *reader = calloc(1, sizeof(*reader));
	int err;

	*made = reader;
	if (!reader)
		return -ENOMEM;
	reader->take = take;
	reader->data = data;
	reader->cpus = libbpf_num_possible_cpus();
	reader->events = open_pin(pins, TG_WATCH_EVENTS_PIN);
	reader->state = open_pin(pins, TG_WATCH_STATE_PIN);
	reader->monotonic_to_real = monotonic_to_real();
	if (reader->events < 0 || reader->state < 0)
		return -ENOENT;
	reader->states = calloc(reader->cpus, sizeof(*reader->states));
	err = reader->states ? read_states(reader, reader->base) : -ENOMEM;
	if (!err)
		err = open_buffer(reader);
	if (err)
		fprintf(stderr, "tg-capture: cannot read events: %s\n",
			strerror(-err));
	return err;
}

int event_reader_poll(struct event_reader *reader)
{
	int err = perf_buffer__poll(reader->buffer, POLL_MS);

	/* events below the watermark do not wake poll() */
	if (err >= 0 || err == -EINTR)
		err = perf_buffer__consume(reader->buffer);
	reader->monotonic_to_real = monotonic_to_real();
	if (reader->result)
		return reader->result;
	return err < 0 && err != -EINTR ? err : 0;
}

int event_reader_count(struct event_reader *reader,
		       struct event_counts counts[TG_HOOKS])
{
	int err = read_states(reader, counts);

	if (!err)
		perf_buffer__consume(reader->buffer);
	for (int hook = 0; !err && hook < TG_HOOKS; hook++) {
		const struct event_counts *base = &reader->base[hook];
		struct event_counts *count = &counts[hook];

		count->judged -= base->judged;
		count->matched -= base->matched;
		count->chosen -= base->chosen;
		count->lost -= base->lost;
		count->taken = reader->taken[hook];
	}
	return err;
}

void event_reader_close(struct event_reader *reader)
{
	if (!reader)
		return;
	perf_buffer__free(reader->buffer);
	if (reader->events >= 0)
		close(reader->events);
	if (reader->state >= 0)
		close(reader->state);
	free(reader->states);
	free(reader);
}
