// SPDX-License-Identifier: GPL-2.0-only
#include "ring.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "lib/pinned_map.h"
#include "lib/program.h"
#include "live/loaded_rules.h"

/* In ms: a program that has begun an event has ended it long before. */
#define WAIT_FOR_EVENT 100

#define RING_SIZE (sizeof(struct tg_log_slot) * TG_LOG_ENTRIES)

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static uint64_t read_word(const __u64 *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* A policy whose rules do not log has a smaller one. */
static bool is_ring(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) == 0 &&
	       info.type == BPF_MAP_TYPE_ARRAY &&
	       !strcmp(info.name, TG_LOG_MAP) &&
	       info.value_size == sizeof(struct tg_log_slot) &&
	       info.max_entries == TG_LOG_ENTRIES;
}

/* An fd, or a negative errno. */
static int find_ring(uint32_t program)
{
	struct program found;
	int err = program_read(&found, program);

	for (uint32_t i = 0; !err && i < found.maps; i++) {
		int fd = bpf_map_get_fd_by_id(found.map_ids[i]);

		if (fd < 0)
			return -errno;
		if (is_ring(fd))
			return fd;
		close(fd);
	}
	return err ? err : -ENOENT;
}

static int read_rules(uint32_t program, struct rule_lines *rules)
{
	struct loaded_rules loaded;
	int err = loaded_rules_open(&loaded, program);

	if (err)
		return err;
	err = loaded_rules_read(&loaded, rules, false);
	loaded_rules_close(&loaded);
	return err;
}

int log_ring_open(struct log_ring *ring, uint32_t program, bool is_new)
{
	int fd = find_ring(program), err;

	*ring = (struct log_ring){ .program = program };
	if (fd < 0)
		return fd;
	ring->slots = array_memory(fd, RING_SIZE, false);
	err = ring->slots ? 0 : -errno;
	close(fd);
	if (!err)
		err = read_rules(program, &ring->rules);
	if (err)
		log_ring_close(ring);
	else if (!is_new)
		ring->next = log_ring_events(ring);
	return err;
}

uint64_t log_ring_events(const struct log_ring *ring)
{
	return read_word(&ring->slots->state);
}

static void lose(struct log_ring *ring, uint64_t count)
{
	ring->next += count;
	ring->seen += count;
	ring->lost += count;
	ring->waits_since = 0;
}

/* Later events may have replaced it while it was copied. */
static bool copy_event(struct log_ring *ring, const struct tg_log_slot *slot,
		       struct tg_log_slot *event)
{
	memcpy(event, slot, sizeof(*event));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (read_word(&slot->state) != TG_LOG_DONE(ring->next) ||
	    event->event.hook >= TG_HOOKS ||
	    event->event.captured > TG_LOG_SNAP)
		return false;
	ring->next++;
	ring->seen++;
	ring->waits_since = 0;
	return true;
}

/* Whether an event that is not complete is given up. */
static bool has_waited(struct log_ring *ring)
{
	if (!ring->waits_since)
		ring->waits_since = now_ms();
	return now_ms() - ring->waits_since > WAIT_FOR_EVENT;
}

bool log_ring_take(struct log_ring *ring, struct tg_log_slot *event)
{
	uint64_t events;

	while (ring->next < (events = log_ring_events(ring))) {
		const struct tg_log_slot *slot =
			&ring->slots[1 + ring->next % TG_LOG_SLOTS];
		uint64_t state = read_word(&slot->state);

		if (events - ring->next > TG_LOG_SLOTS)
			lose(ring, events - ring->next - TG_LOG_SLOTS);
		else if (state == TG_LOG_DONE(ring->next)) {
			if (copy_event(ring, slot, event))
				return true;
			lose(ring, 1);
		} else if (state > TG_LOG_DONE(ring->next) ||
			   has_waited(ring)) {
			lose(ring, 1);
		} else {
			return false;
		}
	}
	return false;
}

const struct rule_line *log_ring_rule(const struct log_ring *ring,
				      const struct tg_watch_event *event)
{
	return event->rule < ring->rules.count ? &ring->rules.lines[event->rule]
					       : NULL;
}

void log_ring_close(struct log_ring *ring)
{
	if (ring->slots)
		munmap((void *)ring->slots, RING_SIZE);
	ring->slots = NULL;
	rule_lines_free(&ring->rules);
}
