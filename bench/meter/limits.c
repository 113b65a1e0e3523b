// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows for limits: a whole policy of one rule with a limit, against the policy
 * of the same rule without it. Frames are of N sources in random order.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "lib/kernel_tick.h"
#include "limits/memory.h"
#include "packet_frame.h"
#include "row.h"

#define FRAMES_MAX 262144
#define UDP 17
#define FIRST_SOURCE 0x0a000000

static const struct word {
	const char *name, *object;
	bool is_over; /* the limit drops all but the first packets */
} words[] = {
	{ "limit-none", "limits/none.o", false },
	{ "limit-live", "limits/live.o", false },
	{ "limit-all", "limits/all.o", false },
	{ "limit-all-over", "limits/all-over.o", true },
	{ "limit-from", "limits/from.o", false },
	{ "limit-from-over", "limits/from-over.o", true },
};

struct sources {
	const struct word *word;
	uint32_t count;
};

/* NULL if there is no such row. */
static const struct word *read_word(const char *text, uint32_t *count)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (row_word(text, words[i].name, count))
			return *count ? &words[i] : NULL;
	return NULL;
}

static uint32_t buckets_of(uint32_t sources)
{
	return TG_LIMIT_BUCKETS(
		sources > TG_LIMITS_DEFAULT ? sources : TG_LIMITS_DEFAULT);
}

/* Only the head has to be written. */
static int prepare_table(const struct bpf_object *object, uint32_t buckets)
{
	struct tg_limit_head head = {
		.version = TG_LIMIT_VERSION,
		.lines = TG_LIMIT_LINES(buckets),
		.buckets = buckets,
		.tick = kernel_tick(),
		.secret = { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344,
			    0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89,
			    0x452821e6, 0x38d01377 },
	};
	uint32_t line = TG_LIMIT_HEAD_LINE;

	return bpf_map_update_elem(row_map(object, "tgl_limits"), &line, &head,
				   BPF_ANY);
}

static int load_baseline(struct meter_row *row)
{
	char path[PATH_MAX];
	int program;

	snprintf(path, sizeof(path), "%s/%s", meter_directory, words[0].object);
	program = meter_load(path, row->hook);
	if (program < 0)
		return program;
	row->programs[METER_BASELINE] = program;
	return 0;
}

static int load(const struct sources *sources, struct meter_row *row)
{
	struct bpf_object *object = row_object(sources->word->object);
	uint32_t buckets = buckets_of(sources->count);
	bool is_limited = sources->word != &words[0];
	int err = object ? 0 : -ENOENT;

	if (!err && is_limited)
		err = row_map_size(object, "tgl_limits",
				   TG_LIMIT_LINES(buckets));
	if (!err)
		err = row_load(row, object, NULL, "policy_xdp");
	if (!err && is_limited)
		err = prepare_table(object, buckets);
	return err || !is_limited ? err : load_baseline(row);
}

static void make_frame(const void *context, struct random *random,
		       struct trace_record *record)
{
	const struct sources *sources = context;
	struct policy_packet packet = { 0 };

	packet.has[POLICY_ETHERTYPE] = packet.has[POLICY_PROTOCOL] = true;
	packet.has[POLICY_SRC4] = packet.has[POLICY_DST4] = true;
	packet.has[POLICY_SRC_PORT] = packet.has[POLICY_DST_PORT] = true;
	packet.value[POLICY_ETHERTYPE].lo = ETH_P_IP;
	packet.value[POLICY_PROTOCOL].lo = UDP;
	packet.value[POLICY_SRC4].lo =
		FIRST_SOURCE + random_below(random, sources->count);
	packet.value[POLICY_DST4].lo = random_bits(random);
	packet.value[POLICY_SRC_PORT].lo = random_bits(random) & 0xffff;
	packet.value[POLICY_DST_PORT].lo = 53;
	*record = (struct trace_record){
		.verdict = sources->word->is_over ? TRACE_VERDICT_UNKNOWN
						  : POLICY_PASS,
	};
	record->size = packet_frame(&packet, record->frame);
}

int meter_limits(const char *text, struct meter_row *row)
{
	struct random random = { 1 };
	uint32_t frames = ROW_FRAMES;
	struct sources sources;
	int err;

	sources.word = read_word(text, &sources.count);
	if (!sources.word) {
		fprintf(stderr, "meter: no row for limits: '%s'\n", text);
		return -EINVAL;
	}
	while (frames < sources.count && frames < FRAMES_MAX)
		frames *= 2;
	err = load(&sources, row);
	if (!err)
		err = row_trace(row, frames, &random, make_frame, &sources);
	if (err)
		fprintf(stderr, "meter: %s: %s\n", text, strerror(-err));
	return err;
}
