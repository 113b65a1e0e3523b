// SPDX-License-Identifier: GPL-2.0-only
#include "judge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "object.h"
#include "splice.h"

/* Room for packets that a program enlarges. */
#define ROOM_TO_GROW 256

/* A plugin has two objects: one for all hooks, one with XDP multi-buffer. */
enum build { BUILD_PLAIN, BUILD_FRAGS, BUILDS };

struct judge {
	struct bpf_object *objects[BUILDS];
	struct bpf_object *tagger;
	int counters[BUILDS];
	struct tg_counter cells[BUILDS][TG_COUNTERS];
	struct tg_counter *per_cpu;
	int cpus;
};

const char *const judge_names[JUDGE_PLACES] = {
	[JUDGE_XDP] = "xdp",
	[JUDGE_FRAGS] = "xdp.frags",
	[JUDGE_INGRESS] = "ingress",
	[JUDGE_EGRESS] = "egress",
};

const enum tg_hook judge_hooks[JUDGE_PLACES] = {
	[JUDGE_XDP] = TG_HOOK_XDP,
	[JUDGE_FRAGS] = TG_HOOK_XDP,
	[JUDGE_INGRESS] = TG_HOOK_INGRESS,
	[JUDGE_EGRESS] = TG_HOOK_EGRESS,
};

static bool is_tc(enum judge_place place)
{
	return place == JUDGE_INGRESS || place == JUDGE_EGRESS;
}

static int find_counters(struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map (map, object) {
		if (!strncmp(bpf_map__name(map), TG_COUNTERS_PREFIX,
			     strlen(TG_COUNTERS_PREFIX)) &&
		    bpf_map__max_entries(map) == TG_COUNTERS)
			return bpf_map__fd(map);
	}
	return -ENOENT;
}

static int open_build(struct judge *judge, enum build build,
		      const char *directory, const char *plugin)
{
	size_t name = strcspn(plugin, ":");
	const char *constants = plugin[name] ? plugin + name + 1 : NULL;
	char *path = NULL, *spliced = NULL;
	int err = 0;

	if (asprintf(&path, "%s/%.*s%s.o", directory, (int)name, plugin,
		     build == BUILD_FRAGS ? ".frags" : "") < 0)
		return -ENOMEM;
	if (constants)
		spliced = splice_object(directory, path, constants);
	if (spliced || !constants)
		judge->objects[build] = object_load(constants ? spliced : path);
	if (!judge->objects[build])
		err = -ENOENT;
	else
		judge->counters[build] = find_counters(judge->objects[build]);
	if (spliced)
		unlink_object(spliced);
	free(spliced);
	free(path);
	return err ? err : (judge->counters[build] < 0 ? -ENOENT : 0);
}

struct judge *judge_open(const char *directory, const char *plugin)
{
	struct judge *judge = calloc(1, sizeof(*judge));
	char *path = NULL;
	int err = judge ? 0 : -ENOMEM;

	for (enum build build = 0; !err && build < BUILDS; build++)
		err = open_build(judge, build, directory, plugin);
	if (!err && asprintf(&path, "%s/tests/tag.bpf.o", directory) > 0)
		judge->tagger = object_load(path);
	free(path);
	if (!err) {
		judge->cpus = libbpf_num_possible_cpus();
		judge->per_cpu = calloc(judge->cpus, sizeof(struct tg_counter));
	}
	if (err || !judge->tagger || !judge->per_cpu) {
		fprintf(stderr, "%s: cannot be tested\n", plugin);
		judge_close(judge);
		return NULL;
	}
	return judge;
}

void judge_close(struct judge *judge)
{
	if (!judge)
		return;
	for (enum build build = 0; build < BUILDS; build++)
		bpf_object__close(judge->objects[build]);
	bpf_object__close(judge->tagger);
	free(judge->per_cpu);
	free(judge);
}

static int read_counters(struct judge *judge, enum build build,
			 struct judge_outcome *outcome)
{
	for (__u32 i = 0; i < TG_COUNTERS; i++) {
		struct tg_counter *cell = &judge->cells[build][i];
		struct tg_counter sum = { 0 };
		struct judge_grown grown = { .index = i };

		if (bpf_map_lookup_elem(judge->counters[build], &i,
					judge->per_cpu) < 0)
			return -errno;
		for (int cpu = 0; cpu < judge->cpus; cpu++) {
			sum.packets += judge->per_cpu[cpu].packets;
			sum.bytes += judge->per_cpu[cpu].bytes;
		}
		grown.by.packets = sum.packets - cell->packets;
		grown.by.bytes = sum.bytes - cell->bytes;
		*cell = sum;
		if (!grown.by.packets && !grown.by.bytes)
			continue;
		if (outcome->grown < JUDGE_GREW_MAX)
			outcome->grew[outcome->grown] = grown;
		outcome->grown++;
	}
	return 0;
}

/* Loads the program that sets the VLAN metadata and then calls the plugin. */
static int program_that_tags(struct judge *judge, int program)
{
	int slots = bpf_object__find_map_fd_by_name(judge->tagger, "tagged");
	__u32 slot = 0;

	if (bpf_map_update_elem(slots, &slot, &program, 0) < 0)
		return -errno;
	return bpf_program__fd(object_program(judge->tagger, "ingress"));
}

static int run(int program, bool tc, const struct craft *craft,
	       struct judge_outcome *outcome)
{
	struct __sk_buff skb = { .mark = craft->metadata };
	struct xdp_md xdp = { .data_end = craft->linear };
	LIBBPF_OPTS(bpf_test_run_opts, options);

	if (craft->linear < craft->size)
		skb.data_end = craft->linear;
	if (craft->linear < craft->size || craft->has_metadata) {
		options.ctx_in = tc ? (void *)&skb : (void *)&xdp;
		options.ctx_size_in = tc ? sizeof(skb) : sizeof(xdp);
	}
	options.data_in = craft->bytes;
	options.data_size_in = craft->size;
	options.data_out = outcome->bytes;
	options.data_size_out = outcome->size;
	options.repeat = 1;
	if (bpf_prog_test_run_opts(program, &options) < 0)
		return -errno;
	outcome->code = options.retval;
	outcome->size = options.data_size_out;
	return 0;
}

/*
 * XDP has no VLAN metadata, and a program without multi-buffer support never
 * gets a non-linear packet.
 */
static bool can_be_made(const struct craft *craft, enum judge_place place)
{
	if (craft->has_metadata && !is_tc(place))
		return false;
	return craft->linear == craft->size || place != JUDGE_XDP;
}

int judge_ask(struct judge *judge, enum judge_place place,
	      const struct craft *craft, struct judge_outcome *outcome)
{
	enum build build = place == JUDGE_FRAGS ? BUILD_FRAGS : BUILD_PLAIN;
	struct bpf_program *program =
		object_program(judge->objects[build], judge_names[place]);
	int fd, err;

	*outcome = (struct judge_outcome){ .size = craft->size + ROOM_TO_GROW };
	outcome->bytes = calloc(1, outcome->size);
	if (!program || !outcome->bytes)
		return -ENOENT;
	fd = bpf_program__fd(program);
	if (!can_be_made(craft, place))
		return -EINVAL;
	if (craft->has_metadata)
		fd = program_that_tags(judge, fd);
	if (fd < 0)
		return fd;
	err = run(fd, is_tc(place), craft, outcome);
	return err ? err : read_counters(judge, build, outcome);
}

void judge_outcome_free(struct judge_outcome *outcome)
{
	free(outcome->bytes);
	outcome->bytes = NULL;
}
