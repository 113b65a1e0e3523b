// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-chain - looks into the chains that the kernel holds, and empties slots
 * that no packet can reach any more. It loads and attaches nothing.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/if_link.h>
#include <linux/membarrier.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "live/chain_memory.h"
#include "lib/program.h"
#include "slots.h"

#define EXIT_USAGE 2

static const char help[] =
	"Usage: tg-chain xdp DEVICE           the XDP programs of a device\n"
	"       tg-chain tcx DEVICE           its TCX programs\n"
	"       tg-chain program ID           one program\n"
	"       tg-chain map PIN              one pinned map\n"
	"       tg-chain walk PIN ID          the chain in a prog array, from\n"
	"                                     the gate with this id on\n"
	"       tg-chain gates PIN            the programs on hooks that jump\n"
	"                                     into a prog array\n"
	"       tg-chain used PIN FIRST COUNT the slots that hold a program\n"
	"       tg-chain clear PIN FIRST COUNT\n"
	"                                     empties slots\n"
	"       tg-chain memory FOLDER IDS    what the pins there, the "
	"programs with\n"
	"                                     these ids, and all that they "
	"use, hold\n"
	"       tg-chain grace                waits until every packet that "
	"is\n"
	"                                     on its way through a program "
	"now\n"
	"                                     has left it\n"
	"\n"
	"Prints one line for each thing found, in words of the form "
	"NAME=VALUE.\n";

static int fail(const char *what, int err)
{
	fprintf(stderr, "tg-chain: %s: %s\n", what, strerror(-err));
	return err;
}

/* Only what any plugin may have; others are printed by those who know them. */
static void print_program(const struct program *program)
{
	static const char *const constants[] = { "tg_next_slot", "tg_miss",
						 "tg_serial", "end_verdict" };
	uint32_t value;

	printf("id=%" PRIu32 " name=%s tag=", program->id, program->name);
	for (size_t i = 0; i < sizeof(program->tag); i++)
		printf("%02x", program->tag[i]);
	for (size_t i = 0; i < sizeof(constants) / sizeof(*constants); i++) {
		if (program_constant(program, constants[i], &value))
			printf(" %s=%" PRIu32, constants[i], value);
	}
	printf(" maps=");
	for (uint32_t i = 0; i < program->maps; i++)
		printf("%s%" PRIu32, i ? "," : "", program->map_ids[i]);
	putchar('\n');
}

static int show_id(const char *prefix, uint32_t id)
{
	struct program program;
	int err = program_read(&program, id);

	if (err)
		return err;
	fputs(prefix, stdout);
	print_program(&program);
	return 0;
}

static int do_program(char **argv)
{
	int err = show_id("", strtoul(argv[0], NULL, 10));

	return err ? fail("program", err) : 0;
}

static int device_index(const char *name)
{
	unsigned int index = if_nametoindex(name);

	return index ? (int)index : fail(name, -errno);
}

static int show_xdp(int index)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	int err = bpf_xdp_query(index, 0, &query);

	if (!err && query.drv_prog_id)
		err = show_id("mode=native ", query.drv_prog_id);
	if (!err && query.skb_prog_id)
		err = show_id("mode=generic ", query.skb_prog_id);
	if (!err && query.hw_prog_id)
		err = show_id("mode=offload ", query.hw_prog_id);
	return err;
}

/* A program may be replaced between the query and the look at it. */
static int do_xdp(char **argv)
{
	int index = device_index(argv[0]);
	int err = -ENOENT;

	if (index < 0)
		return index;
	for (int tries = 0; err == -ENOENT && tries < 5; tries++)
		err = show_xdp(index);
	return err ? fail(argv[0], err) : 0;
}

/* Newer than the libbpf and the headers that we build with. */
enum { TCX_INGRESS = 46, TCX_EGRESS = 47 };
#define TCX_PROGRAMS_MAX 64

struct query_tcx {
	__u32 target_ifindex;
	__u32 attach_type;
	__u32 query_flags;
	__u32 attach_flags;
	__u64 prog_ids;
	__u32 count;
	__u32 pad;
	__u64 prog_attach_flags;
	__u64 link_ids;
	__u64 link_attach_flags;
	__u64 revision;
};

static int show_tcx(int index, __u32 type, const char *prefix)
{
	__u32 ids[TCX_PROGRAMS_MAX] = { 0 };
	struct query_tcx query = {
		.target_ifindex = index,
		.attach_type = type,
		.prog_ids = (uintptr_t)ids,
		.count = TCX_PROGRAMS_MAX,
	};

	/* A kernel before 6.6 knows no TCX: there are none. */
	if (syscall(__NR_bpf, BPF_PROG_QUERY, &query, sizeof(query)) < 0)
		return 0;
	for (__u32 i = 0; i < query.count && i < TCX_PROGRAMS_MAX; i++)
		show_id(prefix, ids[i]);
	return 0;
}

static int do_tcx(char **argv)
{
	int index = device_index(argv[0]);

	if (index < 0)
		return index;
	show_tcx(index, TCX_INGRESS, "hook=ingress ");
	return show_tcx(index, TCX_EGRESS, "hook=egress ");
}

static int do_map(char **argv)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int fd = bpf_obj_get(argv[0]);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return fail(argv[0], -errno);
	printf("id=%" PRIu32 " name=%s\n", info.id, info.name);
	close(fd);
	return 0;
}

/* An opened prog array of ours, or a negative errno. */
static int open_slots(const char *pin)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int fd = bpf_obj_get(pin);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return fail(pin, -errno);
	if (info.type != BPF_MAP_TYPE_PROG_ARRAY ||
	    info.max_entries != TG_SLOTS) {
		close(fd);
		return fail(pin, -EPROTO);
	}
	return fd;
}

/* From each program to the slot that its own constant names. */
static int do_walk(char **argv)
{
	struct program program;
	int fd = open_slots(argv[0]);
	int err;

	if (fd < 0)
		return fd;
	err = program_read(&program, strtoul(argv[1], NULL, 10));
	for (int steps = 0; !err && steps < TG_BANK_SLOTS; steps++) {
		__u32 slot, id;

		if (!program_constant(&program, "tg_next_slot", &slot) ||
		    slot == TG_SLOT_NONE)
			break;
		if (bpf_map_lookup_elem(fd, &slot, &id) < 0)
			err = -ENOENT;
		else
			err = program_read(&program, id);
		if (err == -ENOENT) { /* or it went between the two */
			printf("slot=%" PRIu32 " empty=1\n", slot);
			err = 0;
			break;
		}
		if (!err) {
			printf("slot=%" PRIu32 " ", slot);
			print_program(&program);
		}
	}
	close(fd);
	return err ? fail(argv[0], err) : 0;
}

static bool uses_map(const struct program *program, __u32 map_id)
{
	for (uint32_t i = 0; i < program->maps; i++) {
		if (program->map_ids[i] == map_id)
			return true;
	}
	return false;
}

/*
 * The plugins in the slots refer to the array, too, and it holds them; a gate
 * is never in a slot. So an array without a gate is one that nothing uses.
 */
static int do_gates(char **argv)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info), id = 0;
	int fd = open_slots(argv[0]);
	struct program program;
	int err = 0;

	if (fd < 0)
		return fd;
	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return fail(argv[0], -errno);
	while (!err && bpf_prog_get_next_id(id, &id) == 0) {
		err = program_read(&program, id);
		if (!err && !strncmp(program.name, "gate_", 5) &&
		    uses_map(&program, info.id))
			print_program(&program);
		if (err == -ENOENT) /* gone since */
			err = 0;
	}
	close(fd);
	return err ? fail(argv[0], err) : 0;
}

static int each_slot(char **argv, void (*visit)(int fd, __u32 slot))
{
	__u32 first = strtoul(argv[1], NULL, 10);
	__u32 count = strtoul(argv[2], NULL, 10);
	int fd = open_slots(argv[0]);

	if (fd < 0)
		return fd;
	for (__u32 slot = first; slot < first + count; slot++)
		visit(fd, slot);
	close(fd);
	return 0;
}

static void print_used(int fd, __u32 slot)
{
	__u32 id;

	if (bpf_map_lookup_elem(fd, &slot, &id) == 0)
		printf("slot=%" PRIu32 " id=%" PRIu32 "\n", slot, id);
}

static void clear_slot(int fd, __u32 slot)
{
	bpf_map_delete_elem(fd, &slot);
}

static int do_used(char **argv)
{
	return each_slot(argv, print_used);
}

static int do_clear(char **argv)
{
	return each_slot(argv, clear_slot);
}

/*
 * Where a CPU runs without ticks the kernel refuses the barrier. It waits as
 * well before it returns from an update of a map of maps.
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

static int do_grace(char **argv)
{
	int err = 0;

	(void)argv;
	if (syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) < 0)
		err = grace_by_map();
	return err ? fail("grace", err) : 0;
}

static int do_memory(char **argv)
{
	struct chain_memory memory;
	int err = chain_memory_read(&memory, argv[0], argv[1]);

	if (err)
		return fail(argv[0], err);
	printf("maps=%" PRIu32 " map_bytes=%" PRIu64 " programs=%" PRIu32
	       " program_bytes=%" PRIu64 "\n",
	       memory.maps, memory.map_bytes, memory.programs,
	       memory.program_bytes);
	return 0;
}

static const struct command {
	const char *name;
	int arguments;
	int (*run)(char **argv);
} commands[] = {
	{ "xdp", 1, do_xdp },	      { "tcx", 1, do_tcx },
	{ "program", 1, do_program }, { "map", 1, do_map },
	{ "walk", 2, do_walk },	      { "gates", 1, do_gates },
	{ "used", 3, do_used },	      { "clear", 3, do_clear },
	{ "memory", 2, do_memory },   { "grace", 0, do_grace },
};

int main(int argc, char **argv)
{
	if (argc == 2 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(help, stdout);
		return EXIT_SUCCESS;
	}
	libbpf_set_print(NULL);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (argc - 2 == commands[i].arguments &&
		    !strcmp(argv[1], commands[i].name))
			return commands[i].run(argv + 2) ? EXIT_FAILURE
							 : EXIT_SUCCESS;
	}
	fprintf(stderr, "tg-chain: not understood: see tg-chain --help\n");
	return EXIT_USAGE;
}
