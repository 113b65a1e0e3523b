// SPDX-License-Identifier: GPL-2.0-only
#include "set_subject.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>

#include "object.h"

#define EXCHANGE_SIZE 4096

static int fill_section(struct bpf_object *object, const char *name,
			const void *bytes, size_t size)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);

	return map ? bpf_map__set_initial_value(map, bytes, size) : -ENOENT;
}

bool set_subject_load(struct set_subject *subject)
{
	struct bpf_object *object = object_open(subject->path);
	uint8_t tables[64] = { 0 };
	int outer, exchange;

	if (!object)
		return false;
	subject->object = object;
	memcpy(tables, subject->changes, sizeof(subject->changes));
	if (fill_section(object, ".rodata.consts", &subject->policy,
			 sizeof(subject->policy)) ||
	    fill_section(object, ".rodata.sets", &subject->sets,
			 sizeof(subject->sets)) ||
	    fill_section(object, ".rodata.policy", tables, sizeof(tables)) ||
	    bpf_object__load(object))
		return false;
	exchange = bpf_object__find_map_fd_by_name(object, ".bss");
	subject->exchange = mmap(NULL, EXCHANGE_SIZE, PROT_READ | PROT_WRITE,
				 MAP_SHARED, exchange, 0);
	outer = bpf_object__find_map_fd_by_name(object, "tgs_sets");
	for (uint32_t i = 0; i < TG_SET_PLACES; i++) {
		if (subject->beds[i].map &&
		    bpf_map_update_elem(outer, &i, &subject->beds[i].map, 0))
			return false;
	}
	return subject->exchange != MAP_FAILED;
}

int set_subject_run(struct set_subject *subject,
		    const struct random_packet *packet, const char *section)
{
	uint8_t out[RANDOM_PACKET_MAX + 512];
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet->bytes,
		    .data_size_in = packet->size, .data_out = out,
		    .data_size_out = sizeof(out), .repeat = 1);
	struct bpf_program *program = object_program(subject->object, section);

	return bpf_prog_test_run_opts(bpf_program__fd(program), &options);
}

bool set_subject_begin(struct set_subject *subject, uint32_t size,
		       bool has_next)
{
	struct set_bed *beds = subject->beds;

	beds[TG_SET_NEXT] = (struct set_bed){ 0 };
	if (!set_bed_make(&beds[TG_SET_NOW], &subject->random, size) ||
	    (has_next &&
	     !set_bed_make(&beds[TG_SET_NEXT], &subject->random, size)))
		return false;
	for (int i = 0; i < TG_SET_PLACES; i++)
		for (int j = 0; beds[i].map && j < TG_SET_LENGTHS; j++)
			set_bed_register(&beds[i], j, subject->sets.lengths[j]);
	return true;
}

void set_subject_end(struct set_subject *subject)
{
	if (subject->exchange && subject->exchange != MAP_FAILED)
		munmap(subject->exchange, EXCHANGE_SIZE);
	subject->exchange = NULL;
	bpf_object__close(subject->object);
	subject->object = NULL;
	for (int i = 0; i < TG_SET_PLACES; i++)
		if (subject->beds[i].map)
			set_bed_free(&subject->beds[i]);
}
